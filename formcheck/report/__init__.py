"""The report: what was found, and its forms.

`analysis` is all that a clip's analysis holds, `model` the report as data (and its JSON), which `build`
makes. `table`, `spreadsheet` and `compare` put it into text, rows and differences; `baselines` reads a
person's usual values back from one. `page` makes one HTML file of it, `pictures` draws stills and the
annotated video, and `outputs` writes what was asked for.

In: sets, verdicts and tracks. Out: reports and files.
May import: `judging` and what lies below. Jinja is imported in `page` only, OpenCV in `pictures` only.
"""
