"""MAXQDA: the table of coded segments (“Coded Segments”, “Codings”), in English and in German.

Columns as MAXQDA 2018 to 24 name them. `Beginning` and `End` are paragraphs, pages or times; a paragraph
helps to tell two places apart, and only where all other rows of the document agree with its count.
"""

from __future__ import annotations

from thematic.coded_project import Losses
from thematic.formats.projects.found_codes import split_path
from thematic.formats.projects.quote_tables.rows import QuoteRow, QuoteTable, Table, read_moments

__all__ = ["claims", "quotes"]

# English and German as in its files; Spanish, Portuguese, Italian and French as these words are translated.
DOCUMENT = (
    *("document name", "dokumentname", "document", "dokument"),
    *("nombre del documento", "nome do documento", "documento", "nome del documento", "nom du document"),
)
CODE = ("code", "codes", "código", "codice")
SEGMENT = ("segment", "coded segment", "codiertes segment", "segmento", "segmento codificado", "segment codé")
WORDS = (*SEGMENT, "vorschau", "preview")
BEGINNING = ("beginning", "begin", "anfang", "comienzo", "inicio", "início", "inizio", "début")
AUTHOR = (
    *("created by", "erstellt von", "creado por", "criado por", "creato da", "créé par"),
    *("author", "autor", "modified by", "bearbeitet von"),
)
DATE = (
    *("created", "erstellt am", "creation date", "erstellungsdatum", "date"),
    *("creado", "criado", "fecha de creación", "data de criação", "data di creazione", "créé le"),
    *("modified", "bearbeitet am"),
)
COMMENT = ("comment", "kommentar", "comentario", "comentário", "commento", "commentaire")
GROUP = (
    *("document group", "dokumentgruppe", "grupo de documentos", "gruppo di documenti"),
    "groupe de documents",
)
WEIGHT = ("weight score", "weight", "gewicht", "ponderación", "peso", "poids")
COLOR = ("color", "colour", "farbe", "cor", "colore", "couleur")


def claims(table: Table) -> bool:
    return table.has(*SEGMENT) and table.has(*DOCUMENT) and table.has(*CODE)


def quotes(table: Table, name: str) -> QuoteTable:  # noqa: ARG001
    """The segments with words; areas of images and stretches of audio are told as a loss."""
    losses = Losses()
    columns = (DOCUMENT, CODE, WORDS, BEGINNING, AUTHOR, COMMENT, WEIGHT)
    cells = zip(
        table.lines,
        *(table.column(*names) for names in columns),
        read_moments(table.column(*DATE)),
        strict=True,
    )
    rows = []
    for line, document, code, words, beginning, author, comment, weight, at in cells:
        if not words.strip():
            reason = "they have no words: areas of images, stretches of audio or video"
            losses.add("segments", reason, example=f"row {line}: {document}, {code}")
            continue
        steps = split_path(code)
        if len(steps) == 1 and "\\" in code:
            steps = tuple(step.strip() for step in code.split("\\") if step.strip())
        details = {}
        if weight.strip() not in ("", "0"):
            details["weight"] = weight.strip()
            losses.add(
                "weights of segments", "codings have no weight here", kept="in the journals, under details"
            )
        rows.append(
            QuoteRow(
                line=line,
                document=document.strip(),
                codes=(steps,) if steps else (),
                words=words,
                coder=author.strip(),
                at=at,
                memo=comment.strip(),
                paragraph=int(beginning) if beginning.strip().isdecimal() else None,
                details=details,
            )
        )
    if table.filled(*GROUP):
        groups = {cell.strip() for cell in table.column(*GROUP) if cell.strip()}
        losses.add(
            "document groups",
            "make them a column of participants.csv",
            count=len(groups),
            example=", ".join(sorted(groups)[:5]),
        )
    return QuoteTable(
        program="MAXQDA",
        format="maxqda-segments",
        rows=tuple(rows),
        losses=losses.all(),
        notes=("definitions of codes are not in this table: export the codebook as .qdc for them",),
    )
