"""English words for the identifier check, from WordNet's index of words.

    python scripts/english_words.py

Writes thematic/deidentification/lists/wordnet_words.txt. WordNet's index, as it comes with spaCy's small
English model (`pip install 'thematic[ner]'`), does not tell Foucault from foghorn. A logistic regression on
the vectors of the packaged model does, fitted on the names and the words of the other lists: a noun is
taken at P >= .7 that it is a word, and of other parts of speech, which are seldom names, anything at P >=
.2. Prints what that does to the lists themselves, in five folds. Left out: what the lists have as a name,
and what the rules of inflection reach.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from spacy.lookups import Lookups
from spacy.strings import StringStore

from thematic.deidentification.entities import PACKAGE
from thematic.deidentification.lexicon import lexicon, words_of
from thematic.deidentification.names import is_english
from thematic.embedding import load_embedder

LISTS = Path(__file__).parent.parent / "thematic" / "deidentification" / "lists"
AT_LEAST = {"noun": 0.7, "verb": 0.2, "adj": 0.2, "adv": 0.2}
HEAD = """\
# English words in lower case, which scripts/english_words.py chose from the index of words of WordNet 3.0.
# WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. Permission to use, copy, modify
# and distribute this software and database and its documentation for any purpose and without fee or royalty
# is hereby granted, provided that you agree to comply with the following copyright notice and statements,
# including the disclaimer, and that the same appear on ALL copies of the software, database and
# documentation, including modifications that you make for internal use or for distribution. THIS SOFTWARE
# AND DATABASE IS PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS
# OR IMPLIED. BY WAY OF EXAMPLE, BUT NOT LIMITATION, PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR
# WARRANTIES OF MERCHANTABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE OF THE LICENSED
# SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT INFRINGE ANY THIRD PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR
# OTHER RIGHTS. The name of Princeton University or Princeton may not be used in advertising or publicity
# pertaining to distribution of the software and/or database. Title to copyright in this software, database
# and any associated documentation shall at all times remain with Princeton University and LICENSEE agrees
# to preserve same.
"""


def indexed_words() -> dict[str, list[str]]:
    """The words of WordNet's index by part of speech: letters only, three at least."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        sys.exit("needs the model: pip install 'thematic[ner]'")
    folder = next(Path(package.origin).parent.glob("*/lemmatizer/lookups"))
    index = Lookups().from_disk(folder).get_table("lemma_index")
    parts = StringStore(list(AT_LEAST))
    return {
        part: sorted(w for w in index[parts[part]] if w.isascii() and w.isalpha() and len(w) > 2)
        for part in AT_LEAST
    }


def main() -> int:
    names = frozenset().union(*map(words_of, ("given_names", "surnames", "places", "capital_names")))
    everyday = words_of("everyday_names")
    vocabulary = words_of("vocabulary") | words_of("generic_words")
    examples = [w for w in sorted(vocabulary - names - everyday) if w.isalpha()]
    known = len(examples)
    examples += [w for w in sorted(names) if w.isalpha()]
    index = indexed_words()
    candidates = sorted(set().union(*index.values()) - names - everyday - vocabulary)
    embedder = load_embedder(threads=2)
    matrix = np.asarray(embedder.encode(examples), np.float64)
    is_word = np.arange(len(examples)) < known
    model = LogisticRegression(C=10, max_iter=2000, class_weight="balanced")
    folds = cross_val_predict(model, matrix, is_word, cv=5, method="predict_proba")[:, 1]
    for least in sorted(set(AT_LEAST.values())):
        kept, passed = (folds[is_word] >= least).mean(), (folds[~is_word] >= least).mean()
        print(f"P >= {least}: {kept:.1%} of the words kept, {passed:.1%} of the names taken for words")
    probabilities = model.fit(matrix, is_word).predict_proba(np.asarray(embedder.encode(candidates)))[:, 1]
    chance = dict(zip(candidates, probabilities, strict=True))
    taken = {w for part, found in index.items() for w in found if chance.get(w, 0) >= AT_LEAST[part]}
    reached = replace(lexicon(), vocabulary=vocabulary)
    taken = {word for word in taken if not is_english(word, reached)}
    lines, line = [], ""
    for word in sorted(taken):
        if len(line) + len(word) > 110:
            lines.append(line)
            line = ""
        line += f" {word}" if line else word
    text = HEAD + "\n".join([*lines, line]) + "\n"
    (LISTS / "wordnet_words.txt").write_text(text, encoding="utf-8")
    print(f"{len(taken):,} words")
    return 0


if __name__ == "__main__":
    sys.exit(main())
