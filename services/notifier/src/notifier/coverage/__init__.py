"""Who stands in for whom, and when: absences, on-call duty, gaps, hand-over notes."""
