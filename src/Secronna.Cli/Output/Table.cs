using System.Text;

namespace Secronna.Cli.Output;

/// <summary>Rows under headings, in columns as wide as their longest cell.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> rows = [];

    public void Add(params string?[] cells) => rows.Add([.. cells.Select(cell => Printer.Plain(cell ?? ""))]);

    /// <summary>The table as text; results and outcomes in the colours of theirs.</summary>
    public string Text(Style style)
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

    // Padded before it is coloured: colours take no room.
    private static void Append(StringBuilder text, int[] widths, string[] row, Func<int, string, string> coloured) =>
        text.AppendJoin("  ", row.Select((cell, i) => coloured(i, i == row.Length - 1 ? cell : cell.PadRight(widths[i])))).Append('\n');
}
