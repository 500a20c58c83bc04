"""Rendered people whose joint angles are known: the clips behind every published number.

    spec -> people, body -> movement -> pose in each frame -> truth (and pixels)

`sets` holds the seeds of published numbers, `clip` puts a clip together, `truth` measures its angles, `film`
draws it by way of `gl`.

In: a spec (JSON), or a seed. Out: a video file, and beside it its truth file.
May import: `files`, `errors` and `video` only. Nothing here knows how form is judged, so that the truth does
not depend on it. Drawing needs the extra `formcheck[render]` and OpenGL; the truth alone does not.
"""
