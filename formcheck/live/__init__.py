r"""Live coaching: a camera or stream in, speech and a picture out, through the same engine as files.

    feed -> capture thread (newest frame wins) -> Session -> stages, cues -> voice, window, terminal
                                                        \-> journal and recording (survive a kill)

Time is the frames' capture stamps; nothing here judges form.
"""
