std = "lua54"
read_globals = { "prosody" }
globals = { "module" }
max_line_length = 125
