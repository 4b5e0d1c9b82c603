"""Measurements beside bare libraries, as ratios in one run. `python -m bench` prints them all."""
