using System.Text;

namespace Secronna.Cli.Output;

/// <summary>Rows under headings, in columns as wide as their longest cell.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> rows = [];

    public void Add(params string?[] cells) => rows.Add([.. cells.Select(cell => Printer.Plain(cell ?? ""))]);

    public override string ToString()
    {
        var widths = headings.Select((heading, i) => rows.Select(row => row[i].Length).Append(heading.Length).Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(headings))
        {
            var cells = row.Select((cell, i) => i == row.Length - 1 ? cell : cell.PadRight(widths[i]));
            text.AppendJoin("  ", cells).Append('\n');
        }

        return text.ToString();
    }
}
