"""report.docx: the report for supervisors and co-authors, to comment on and to copy from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from thematic.formats.docx_bytes import docx_bytes, holdable
from thematic.formats.report.report_framework import place
from thematic.formats.report.report_html import LAYER_RULES, SECTIONS, lead, people
from thematic.reporting.groups import NO_P_VALUES
from thematic.reporting.missing import Missing
from thematic.reporting.quotes import RULES

if TYPE_CHECKING:
    from thematic.reporting.figures import Plot
    from thematic.reporting.report import StudyReport

__all__ = ["render"]

MOST_QUOTED = 40  # themes and codes with their quotes; the page has all
MOST_ROWS = 15
WIDTH = 16.2  # centimetres between the margins


def render(report: StudyReport, plots: Mapping[str, Plot]) -> bytes:
    """The document, same report and figures, same bytes. Figures carry their words as alternative text."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.4)
    _look(document)
    document.add_heading(holdable(report.title), 0)
    document.add_paragraph(holdable(lead(report)))
    writer = _Writer(document, report, plots)
    for id_, name in SECTIONS.items():
        document.add_heading(name, 1)
        getattr(writer, id_)()
    return docx_bytes(document, title=report.title)


def _look(document: Any) -> None:
    """Quiet styles: what people said stands out, what is said about it does not."""
    from docx.shared import Cm, Pt, RGBColor

    muted, ink = RGBColor(0x5F, 0x6B, 0x76), RGBColor(0x1F, 0x29, 0x33)
    document.styles["Normal"].font.size = Pt(10.5)
    caption, quote = document.styles["Caption"], document.styles["Quote"]
    caption.font.bold, caption.font.size, caption.font.color.rgb = False, Pt(9), muted
    quote.font.italic, quote.font.color.rgb = False, ink
    quote.paragraph_format.left_indent = caption.paragraph_format.left_indent = Cm(0.7)
    quote.paragraph_format.space_after = Pt(1)
    quote.paragraph_format.keep_with_next = True
    for level in ("Heading 1", "Heading 2", "Heading 3"):
        document.styles[level].font.color.rgb = ink


class _Writer:
    """One method a section, by the section's name."""

    def __init__(self, document: Any, report: StudyReport, plots: Mapping[str, Plot]) -> None:
        self.document, self.report, self.plots = document, report, plots

    # --- Pieces ------------------------------------------------------------------------------------

    def say(self, text: str, style: str | None = None) -> Any:
        return self.document.add_paragraph(holdable(text), style=style)

    def missing(self, found: Missing) -> None:
        self.say(f"{found.what} {found.how}".replace("`", ""))

    def figure(self, name: str) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Cm

        if name not in self.plots:
            return
        plot = self.plots[name]
        width, height = plot.figure.get_size_inches()
        cm = min(WIDTH, 21.0 * float(width) / float(height))  # not higher than a page
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(BytesIO(plot.png()), width=Cm(cm))
        properties = shape._inline.find(qn("wp:docPr"))
        properties.set("descr", holdable(plot.description))
        properties.set("title", holdable(plot.title))
        properties.set("name", name)
        self.say(f"{plot.title}. {plot.description}", "Caption")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = self.document.add_table(rows=1, cols=len(header), style="Light List Accent 1")
        for cell, text in zip(table.rows[0].cells, header, strict=True):
            cell.text = holdable(text)
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = holdable(text)
        self.document.add_paragraph()

    # --- Sections ----------------------------------------------------------------------------------

    def glance(self) -> None:
        g = self.report.glance
        facts = (
            ("Interviews", g.interviews),
            ("Participants", g.participants),
            ("Words of participants", g.words),
            ("Excerpts", g.excerpts),
            ("Excerpts read by somebody", g.read),
            ("Excerpts read by two or more", g.read_twice),
            ("Excerpts with at least one code", g.coded),
            ("Codings", g.codings),
            ("Codes in use", g.codes),
        )
        self.table(("What", "n"), [(name, f"{n:,}") for name, n in facts])
        self.say(f"Codebook: {g.codebook}, version {g.codebook_version}.")
        self.say(f"Codings that count: {LAYER_RULES[self.report.settings.layer]}")
        if g.coders:
            self.table(
                ("Coder", "Excerpts read", "Codings", "Codes used", "How"),
                [
                    (c.coder, f"{c.excerpts:,}", f"{c.codings:,}", f"{c.codes}",
                     ", ".join(f"{mode} {n}" for mode, n in c.modes.items()))
                    for c in g.coders
                ],
            )  # fmt: skip

    def themes(self) -> None:
        found = self.report.themes
        if isinstance(found, Missing):
            self.missing(found)
            return
        self.figure("themes")
        rules = " ".join(f"{kind.capitalize()}: {rule}." for kind, rule in RULES.items())
        self.say(f"Quotes are chosen by rule, each of another participant. {rules}")
        quoted = [row for row in found.rows if row.quotes]
        for row in quoted[:MOST_QUOTED]:
            self.document.add_heading(holdable(row.name), 2 if row.depth == 0 else 3)
            heads = [self.say(people(row, self.report))]
            if row.definition:
                heads.append(self.say(row.definition))
                heads[-1].runs[0].italic = True
            for head in heads:
                head.paragraph_format.keep_with_next = True
            for quote in row.quotes:
                self.say(quote.text, "Quote")
                self.say(f"{quote.kind.capitalize()}. {place(quote)}", "Caption")
        if len(quoted) > MOST_QUOTED:
            self.say(f"{len(quoted) - MOST_QUOTED} more codes with their quotes are in report.html.")

    def framework(self) -> None:
        if isinstance(self.report.matrix, Missing):
            self.missing(self.report.matrix)
            return
        self.figure("framework-matrix")
        self.say("The matrix with quotes, to filter and to write in, is framework.xlsx.")

    def together(self) -> None:
        found = self.report.pairs
        if isinstance(found, Missing):
            self.missing(found)
            return
        self.figure("co-occurrence")
        name = self.report.names
        clear = [p for p in found.pairs if p.interval is not None and p.interval.low > 1][:MOST_ROWS]
        if clear:
            self.table(
                ("Code", "With", "Together", "Lift", "Interval"),
                [
                    (name[p.code], name[p.other], f"{p.together:,.0f}", f"{p.lift:.1f}",
                     f"{p.interval.low:.1f} to {p.interval.high:.1f}" if p.interval else "")
                    for p in clear
                ],
            )  # fmt: skip

    def lines(self) -> None:
        if isinstance(self.report.lines, Missing):
            self.missing(self.report.lines)
            return
        self.figure("code-lines")

    def saturation(self) -> None:
        found = self.report.saturation
        if isinstance(found, Missing):
            self.missing(found)
            return
        self.say(found.verdict)
        self.figure("saturation")

    def groups(self) -> None:
        found = self.report.groups
        if isinstance(found, Missing):
            self.missing(found)
            return
        self.say(NO_P_VALUES)
        if self.report.recognisable:
            n = len({one.participant for one in self.report.recognisable})
            self.say(
                f"Small cells: {n} participants can be told from all others by a few attributes together; "
                "see report.html before tables by these attributes are published."
            )
        for plot in self.plots:
            if plot.startswith("groups-"):
                self.figure(plot)

    def map(self) -> None:
        found = self.report.map
        if isinstance(found, Missing):
            self.missing(found)
            return
        self.figure("map")
        if found.clusters:
            self.table(
                ("No.", "Words that stand out", "Excerpts", "Interviews", "Against the codebook"),
                [
                    (str(c.number), ", ".join(c.terms[:6]), str(c.excerpts), str(c.interviews),
                     f"{c.placement}: {', '.join(self.report.names.get(code, code) for code in c.codes)}")
                    for c in found.clusters
                ],
            )  # fmt: skip

    def machine(self) -> None:
        found = self.report.human_and_machine
        if isinstance(found, Missing):
            self.missing(found)
            return
        self.figure("acceptance")
        self.table(
            ("Coder", "With suggestions in view", "Took the first", "Took any", "Under 2 seconds"),
            [
                (c.coder, str(c.assisted), str(c.first_taken), str(c.any_taken), f"{c.quick} of {c.timed}")
                for c in found.coders
            ],
        )

    def agreement(self) -> None:
        found = self.report.agreed
        if isinstance(found, Missing):
            self.missing(found)
            return
        if found.stale:
            self.say("The audit is older than the codings: run thematic agree, then this again.")
        self.say(found.headline)
        self.figure("agreement")

    def methods(self) -> None:
        found = self.report.methods
        for paragraph in found.paragraphs:
            for part in paragraph.split("\n\n"):
                self.say(part)
        self.document.add_heading("References", 2)
        for reference in found.references:
            self.say(reference)
        for heading, items in (("COREQ, items 24 to 32", found.coreq), ("SRQR", found.srqr)):
            self.document.add_heading(heading, 2)
            self.table(
                ("No.", "Asks for", "From the record"),
                [(item.number, item.asks, item.answer) for item in items],
            )
