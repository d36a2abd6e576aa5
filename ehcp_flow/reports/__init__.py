"""What is handed on to others: registers, pages, workbooks, calendars."""
