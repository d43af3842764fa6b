"""Run, check and render everything that the site shows. Knows nothing of any particular function."""
