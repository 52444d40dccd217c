"""The events of the script, as the model takes them."""

from tests.fortnight.model import Inboxes
from tests.fortnight.script import RULE_TIMES, Event, two_hours
from tests.fortnight.works import Works


class ModelPlay:
    def __init__(self, inboxes: Inboxes) -> None:
        self.inboxes, self.works = inboxes, Works(inboxes)

    def do(self, event: Event) -> None:
        getattr(self, event.what, self._story)(event)

    def _story(self, event: Event) -> None:
        getattr(self.works, event.what)(event.at, **event.about)

    def join(self, event: Event) -> None:
        self.inboxes.join(**event.about)

    def leave(self, event: Event) -> None:
        self.inboxes.leave(**event.about)

    def pause(self, event: Event) -> None:
        self.inboxes.pause(event.at, **event.about)

    def plan_rule(self, event: Event) -> None:
        name = event.about["name"]
        self.works.plan(event.at, name, RULE_TIMES, is_auto=True)

    def plan(self, event: Event) -> None:
        times = [two_hours(event.about["start"])]
        self.works.plan(event.at, event.about["name"], times, is_auto=False)
