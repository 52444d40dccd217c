"""Templates: from declared fields and a reader's language to subject and body.

A template is a folder of small text files:

    announcements/maintenance/
        template.toml          what it is and the fields it asks for
        subject.en.txt.j2      one pair for each language
        body.en.txt.j2
    announcements/_shared/
        contact.en.txt.j2      what several templates include or extend

The wording is the part of Jinja that fills in forms: `{{ field }}`,
`{{ field | filter }}`, `{% if field %}…{% else %}…{% endif %}`, comparisons, and
`+` and `-` on moments and lengths of time. `{% include %}`, `{% extends %}` and
`{% block %}` are resolved before Jinja compiles anything. Loops, calls, attributes
and macros are not part of it, so what a template costs is bounded by its size.
"""
