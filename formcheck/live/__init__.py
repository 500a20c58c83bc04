r"""Live coaching: a camera or stream in, speech and a picture out, with the same engine as for files.

    feed -> capture thread (newest frame wins) -> Session -> stages, cues -> voice, screen, display
                                                        \-> journal and recording (survive a kill)

`feeds` and `capture` get the frames, `session` puts the parts together and `loop` runs them; `setup_coach`
helps to place the camera, `stages` knows where in the session somebody is, `recording` keeps it.

In: frames with the times at which they were captured. Out: words and pictures at once, a `Session` at the
end.
May import: `api`, `history`, `pipeline` and what lies below; nothing here judges form.
"""
