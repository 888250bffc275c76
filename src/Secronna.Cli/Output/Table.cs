using System.Text;

namespace Secronna.Cli.Output;

/// <summary>Rows under headings, in columns as wide as their longest cell.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> rows = [];

    public void Add(params string?[] cells) => rows.Add([.. cells.Select(cell => Plain(cell ?? ""))]);

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

    // What others wrote must not move the cursor, change colours or begin a line.
    private static string Plain(string cell) => string.Concat(cell.Select(character => char.IsControl(character) ? '?' : character));
}
