"""A fortnight of a service on a clock of the test's, with a model of what people get.

script.py     what happens when
model.py      what each inbox must hold by that, in plain values: it imports nothing
of the program
stage.py      the service itself, over a real server and a real database
"""
