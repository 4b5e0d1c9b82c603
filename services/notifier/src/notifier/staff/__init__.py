"""Who works at a site, how to reach them, and how long the site waits for an answer."""
