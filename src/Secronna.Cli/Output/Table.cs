using System.Text;

namespace Secronna.Cli.Output;

/// <summary>A table of text whose columns are as wide as their longest cell.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> rows = [];

    public void Add(params string?[] cells) => rows.Add([.. cells.Select(cell => Printer.Plain(cell ?? ""))]);

    /// <summary>The table as text. Results and outcomes are coloured.</summary>
    public string Text(TerminalStyle style)
    {
        var widths = headings.Select((heading, i) => rows.Select(row => row[i].Length).Append(heading.Length).Max()).ToArray();
        var text = new StringBuilder();
        Append(text, widths, headings, (_, cell) => style.Bold(cell));
        foreach (var row in rows)
        {
            Append(text, widths, row, (i, cell) => headings[i] is "RESULT" or "OUTCOME" ? style.Result(row[i], cell) : cell);
        }

        return text.ToString();
    }

    // A cell is padded before it is coloured, because colours take no room on the terminal.
    private static void Append(StringBuilder text, int[] widths, string[] row, Func<int, string, string> coloured) =>
        text.AppendJoin("  ", row.Select((cell, i) => coloured(i, i == row.Length - 1 ? cell : cell.PadRight(widths[i])))).Append('\n');
}
