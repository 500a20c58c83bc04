"""Video files: frames in, frames out.

`reader` opens any file that ffmpeg reads and gives its frames one by one, upright, with their times and a
running index. `writer` encodes frames as H.264 that a browser plays. `frames` turns what PyAV decodes into
arrays, and holds `Frame`, the only part of a video that the rest of formcheck sees.

In: a path. Out: `Frame` (an RGB array, its time in seconds, its index), or a file.
May import: `files`, `errors`. PyAV (`av`) is imported only here, by the live feeds and by the
measurements of speed.
"""
