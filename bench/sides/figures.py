"""Figures of a measurement, and the rows that are made of them."""
import dataclasses
import math
import statistics

SLOWER = 0.05  # a revision that differs by less is not told from noise


@dataclasses.dataclass(frozen=True)
class Goal:
    sense: str  # "≥" or "≤"
    value: float

    def __str__(self):
        return f"{self.sense} {self.value:g}"

    def is_met(self, value):
        return value >= self.value if self.sense == "≥" else value <= self.value


@dataclasses.dataclass
class Row:
    """One line of the table: `measured` and `limit` have one figure a round, from the same moment.

    Without a limit the goal is for what is measured, else for the ratio. `other` is what the other revision gives.
    """
    case: str
    what: str
    unit: str
    measured: list
    limit_name: str = ""
    limit: list = dataclasses.field(default_factory=list)
    goal: Goal | None = None
    sense: str = "≥"  # which way is better, where there is no goal
    other: list = dataclasses.field(default_factory=list)
    skipped: str = ""
    judged: bool = True  # a smoke is too short for a verdict
    shortened: bool = False  # the goal is for more than was measured; --long measures that

    def is_whole(self):
        """Whether there is a figure for each side, above nothing."""
        values = [*self.measured, *self.limit]
        return bool(self.measured) and bool(self.limit_name) == bool(self.limit) and all(0 < value < math.inf for value in values)

    def ratios(self):
        return quotients(self.measured, self.limit)

    def verdict(self):
        if self.skipped:
            return f"skipped: {self.skipped}"
        if self.goal is None or not self.judged:
            return ""
        found = "met" if self.goal.is_met(statistics.median(self.ratios() or self.measured)) else "missed"
        return f"{found} (shortened)" if self.shortened else found

    def against(self):
        """Quotients of the other revision's cost and ours, above 1 where we are better."""
        better = self.goal.sense if self.goal else self.sense
        return quotients(self.measured, self.other) if better == "≥" else quotients(self.other, self.measured)

    def is_slower(self):
        found = self.against()
        return self.judged and bool(found) and statistics.median(found) < 1 - SLOWER and max(found) < 1

    def json(self):
        return {"case": self.case, "what": self.what, "unit": self.unit, "measured": spread(self.measured),
                "limit_name": self.limit_name, "limit": spread(self.limit), "ratio": spread(self.ratios()),
                "goal": str(self.goal) if self.goal else None, "verdict": self.verdict(),
                "other": spread(self.other), "against": spread(self.against())}


def quotients(above, below):
    return [a / b if b else math.inf for a, b in zip(above, below)]


def spread(values):
    if not values:
        return None
    return {"median": statistics.median(values), "least": min(values), "most": max(values), "rounds": list(values)}


def alternate(rounds, sides):
    """Each side in turn, so often; what disturbs the machine disturbs all. {name: [what it gave]}."""
    found = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            found[name].append(side())
    return found


def short(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def told(values):
    """1,234 [1,200-1,300]"""
    if not values:
        return ""
    if min(values) == max(values):
        return short(values[0])
    return f"{short(statistics.median(values))} [{short(min(values))}-{short(max(values))}]"
