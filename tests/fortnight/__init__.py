"""A fortnight of a service on a clock of the test's, with a model of what people get.

script.py        what happens when
model.py         what each inbox must hold by that, in plain values: like works.py and
                 words.py it imports nothing of the program
works.py         what is told of maintenance and incidents, and what feeds show
words.py         how it reads
plays.py         the script as the model takes it; service_play.py: as the service does
stage.py         the service itself, over a real server and a real database
fortnight.py     both, step by step
"""
