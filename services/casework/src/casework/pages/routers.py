"""Casework's pages, put together."""

from casework.pages.asking import router as asking
from casework.pages.board import router as board
from casework.pages.facts import router as facts
from casework.pages.file import router as file
from casework.pages.forms import router as forms
from casework.pages.leaving import router as leaving
from casework.pages.names import router as names
from casework.pages.site import router as site
from casework.pages.workgroup import router as workgroup

PAGES = (board, file, forms, names, facts, workgroup, asking, site, leaving)
