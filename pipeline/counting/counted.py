"""Cases that another engine has counted: what a table asks of some variables is asked of their answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.counting.alike import ALL_DIGITS, Alike
from pipeline.counting.cases import Cases
from pipeline.counting.columns import Columns
from pipeline.counting.plan import Question, closure
from pipeline.errors import DataRejected
from pipeline.spec.model import Codebook
from pipeline.statistics.core import Weighting


class Counted(Cases):
    """All cases of a wave as the answers to the questions of a plan; see :meth:`among`.

    ``always``: variables that every question names. ``rows``: cases of the file.
    """

    def __init__(
        self,
        answers: Mapping[Question, Alike],
        codebook: Codebook,
        rows: int,
        always: Sequence[str] = (),
        weight: str | None = None,
        weighting: Weighting = "none",
        conditions: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.codebook = codebook
        self.variables = codebook.all_variables()
        self.weight_name = weight
        self.weighting = weighting if weight else "none"
        self.n = self.rows = rows
        self._answers, self._always, self._conditions = answers, tuple(always), dict(conditions or {})

    @property
    def cut(self) -> Mapping[str, int]:
        """Nothing is cut off in general: each answer knows."""
        return {}

    @property
    def weighted(self) -> bool:
        """Whether the cases have weights."""
        return self.weight_name is not None

    def where(self, conditions: Mapping[str, Sequence[str]]) -> Cases:
        """Only the cases that hold one of the codes of every variable named."""
        return Counted(
            self._answers, self.codebook, self.rows, self._always, self.weight_name, self.weighting,
            {**self._conditions, **conditions},
        )  # fmt: skip

    def unweighted(self) -> Cases:
        """The same cases without the weight."""
        return Counted(self._answers, self.codebook, self.rows, self._always, conditions=self._conditions)

    def among(self, names: Iterable[str], presence: bool = False) -> Cases:
        """The cases as far as these variables tell. Raises :class:`DataRejected` where the plan left them out."""
        if presence:
            question = Question(tuple(names), presence=True)
        else:
            question = Question(closure(self.codebook, [*names, *self._conditions], self._always))
        answer = self._answers.get(question)
        if answer is None:
            raise DataRejected("engine.needs_all_cases", what=", ".join(question.variables))
        return Cases(self._columns(answer), self.codebook, self.weight_name, self.weighting).where(self._conditions)

    def _columns(self, answer: Alike) -> Columns:
        columns = answer.columns()
        columns.cut = {name: d for name, d in zip(answer.variables, answer.digits, strict=True) if d < ALL_DIGITS}
        return columns
