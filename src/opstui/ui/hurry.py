"""Keys that move a list's cursor take the short way: from the terminal to the list to the frame.

Textual hands a key from pump to pump, from the focused widget up to the screen, which costs as
much as drawing the frame.
"""

from __future__ import annotations

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

from opstui.ui.action import Bound, actions_of
from opstui.ui.house import House
from opstui.ui.keymap import key_name
from opstui.ui.rows import RowList


class Hurried(App[None]):
    """An app with a house, whose lists hear their own keys first.

    Only where nothing else is under way: keys are carried out in the order they were pressed.
    """

    house: House

    async def on_event(self, event: events.Event) -> None:
        """Carry out a key at once where that is all there is to do."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            bound = self._moving(event)
            if bound is not None:
                self.house.notice_person()
                self.house.put_notice([])
                await bound.run(None, self.house.keys.desk)
                return
        await super().on_event(event)

    def _moving(self, event: events.Key) -> Bound | None:
        house = self.house
        rows = self.focused
        if self.screen is not house or not isinstance(rows, RowList) or house.carrying:
            return None
        pumps: list[MessagePump] = [rows, *rows.ancestors]
        if any(pump.message_queue_size or pump._pending_message for pump in pumps[:-1]):
            return None
        return house.keys.keymap.find([actions_of(rows, "list")], key_name(event))
