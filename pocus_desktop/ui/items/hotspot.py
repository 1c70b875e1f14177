"""Hotspot: select regions of an image or a cine frame."""

from PySide6.QtWidgets import QVBoxLayout

from pocus_desktop.case.items.hotspot import HotspotItem, HotspotResponse
from pocus_desktop.sitting.views import ItemState
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.items.answering import Answering, ItemContext
from pocus_desktop.ui.items.region_pad import RegionPad
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class HotspotAnswering(Answering):
    """The picture with its regions, and in words which are selected."""

    def __init__(self, state: ItemState, context: ItemContext) -> None:
        super().__init__(state, context)
        assert isinstance(state.item, HotspotItem)  # noqa: S101 - the registry pairs them
        self._item = state.item
        language = context.language
        self._labels = {region.id: region.label(language) for region in self._item.regions}
        by_id = {region.id: region for region in self._item.regions}
        order = state.choice_order or tuple(by_id)
        self._pad = RegionPad(
            self._item.picture.alt(language),
            [(region_id, self._labels[region_id], by_id[region_id].area) for region_id in order],
        )
        self._pad.setObjectName("pad")
        self._pad.setMaximumHeight(look.current().fixed("pad"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.current().space("tight"))
        column.addWidget(self._pad)
        column.addWidget(Label(context.words("item.region_keys"), scale="fine", tone="muted"))
        self._told = Label("", weight="medium")
        column.addWidget(self._told)
        self._selected: tuple[str, ...] = ()
        self._is_open = True
        self._pad.show_image(context.pictures.picture(self._item.picture, self._item.frame))
        self._pad.toggled.connect(self._on_toggled)
        self.render_state(state)

    def render_state(self, state: ItemState) -> None:
        """Show which regions are selected."""
        self._selected = state.response.regions if isinstance(state.response, HotspotResponse) else ()
        self._is_open = state.locked_reason is None
        self._show()

    def _show(self) -> None:
        self._pad.show_selected(self._selected, is_open=self._is_open)
        words = self.context.words
        named = ", ".join(self._labels[region] for region in self._selected)
        self._told.setText(words("item.regions_selected", regions=named) if named else words("item.no_region_selected"))
        self._told.set_tone("" if named else "muted")

    def _on_toggled(self, region_id: str, is_on: bool) -> None:  # noqa: FBT001 - a slot of a signal
        most = self._item.max_choices
        chosen = {*self._selected, region_id} if is_on else {*self._selected} - {region_id}
        if most == 1 and is_on:
            chosen = {region_id}
        elif most and len(chosen) > most:
            self._show()
            told = self.context.words("item.select_no_more", most=most)
            self._told.setText(told)
            self._told.set_tone("danger")
            announce(self._pad, told)
            return
        self._selected = tuple(region.id for region in self._item.regions if region.id in chosen)
        self._show()
        self.respond(HotspotResponse(regions=self._selected))
