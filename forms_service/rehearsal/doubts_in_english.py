"""Why a reading goes to a person, in English: form authors may read a rehearsal in that language too."""

from __future__ import annotations

from collections.abc import Mapping

from forms_service.ocr.doubts import Doubt

ENGLISH_DOUBTS: Mapping[Doubt, str] = {
    Doubt.READINGS_DISAGREE: "two recognisers read it differently",
    Doubt.LOW_CONFIDENCE: "the writing is not clear enough for a safe reading",
    Doubt.NOT_PROVEN: "readings of this kind are not yet proven well enough to be accepted unseen",
    Doubt.INVALID_VALUE: "what was read is no valid answer here",
    Doubt.LOOK_ALIKE: "a letter and a digit look alike in the second cell (O and 0, I and 1)",
    Doubt.GAP_IN_CELLS: "cells are empty between filled ones",
    Doubt.SEVERAL_TICKS: "several boxes are ticked where one is expected",
    Doubt.FAINT_TICK: "it is hard to tell whether the box is ticked",
    Doubt.OTHER_SCRIPT: "the name is in the other script than expected in that part of the box",
    Doubt.NOT_CORROBORATED: "no answer in Latin letters confirms the Arabic one",
    Doubt.SETTLED_BY_TWIN: "of several Arabic readings the one that agrees with the Latin name is proposed",
    Doubt.SETTLED_BY_LIST: "of several readings the one made of known names or places is proposed",
    Doubt.UNCERTAIN_POSITION: "the page could not be laid precisely enough",
    Doubt.PAGES_DISAGREE: "two images of the same page say different things",
    Doubt.UNREADABLE_INK: "there is writing that could not be read",
    Doubt.OUTSIDE_PICTURE: "the box is outside the picture, wholly or in part",
    Doubt.BOX_NOT_SEEN: "the box's frame was not seen in its place",
    Doubt.UNEXPLAINED_MARK: "a small mark (accent or dot) does not fit what was read",
    Doubt.OWNER_UNCERTAIN: "only the order of the pages says whose page it is",
    Doubt.CORRECTED_TICK: "a box is blackened, perhaps to cancel it",
    Doubt.MARK_BESIDE_BOX: "a mark stands beside an empty box or around it",
    Doubt.STROKE_THROUGH_BOX: "a long stroke runs through a box",
    Doubt.STRUCK_OUT: "a stroke runs through the answer",
    Doubt.UNCERTAIN_SIGNATURE: "there is ink where one signs, but it may be a stamp or a stain",
}
"""Clauses, to stand within a sentence."""
