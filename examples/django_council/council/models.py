"""What this council keeps of a child beside the facts: its own columns, and the id of the case."""

from django.db import models


class Child(models.Model):
    """A child or young person; what happened to their plan stands in the store under `case_id`."""

    case_id = models.CharField(max_length=200, unique=True)
    officer = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "children"

    def __str__(self) -> str:
        return self.case_id
