using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Secronna.Cli.Output;

/// <summary>Prints results on standard output, as text for people or as JSON.</summary>
/// <param name="isJson">Whether to print JSON.</param>
internal sealed class Printer(bool isJson)
{
    public bool IsJson => isJson;

    /// <summary>Replaces the characters by which foreign text could control the terminal or begin a new line.</summary>
    public static string Plain(string text) => string.Concat(text.Select(character => IsPlain(character) ? character : '?'));

    /// <summary>Does the same as <see cref="Plain"/> but keeps line feeds, for text whose lines this program made.</summary>
    public static string PlainLines(string text) => string.Join('\n', text.Split('\n').Select(Plain));

    /// <summary>Prints one item, as JSON or as text.</summary>
    public void One<T>(T value, JsonTypeInfo<T> json, Func<T, string> text)
    {
        if (isJson)
        {
            Json(value, json);
            return;
        }

        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(PlainLines(text(value)) + "\n"));
    }

    /// <summary>Prints one item as JSON.</summary>
    public static void Json<T>(T value, JsonTypeInfo<T> json)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(JsonSerializer.SerializeToUtf8Bytes(value, json));
        output.WriteByte((byte)'\n');
    }

    /// <summary>Prints a list, as a JSON array or as a table.</summary>
    public async Task AllAsync<T>(
        IAsyncEnumerable<T> items, JsonTypeInfo<T> json, string[] headings, Func<T, string?[]> cells, CancellationToken cancellation)
    {
        using var output = Console.OpenStandardOutput();
        if (isJson)
        {
            await JsonAsync(output, items, json, cancellation).ConfigureAwait(false);
            return;
        }

        var table = new Table(headings);
        await foreach (var item in items.WithCancellation(cancellation).ConfigureAwait(false))
        {
            table.Add(cells(item));
        }

        output.Write(Encoding.UTF8.GetBytes(table.Text(TerminalStyle.Output)));
    }

    // Format characters are invisible; some reverse the direction of writing or join characters.
    private static bool IsPlain(char character) => char.GetUnicodeCategory(character)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static async Task JsonAsync<T>(Stream output, IAsyncEnumerable<T> items, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        // Most requests that fail do so before the first item. Then nothing is printed, not even the bracket of a JSON array.
        await using var all = items.GetAsyncEnumerator(cancellation);
        var hasItem = await all.MoveNextAsync().ConfigureAwait(false);
        await using var writer = new Utf8JsonWriter(output);
        writer.WriteStartArray();
        for (; hasItem; hasItem = await all.MoveNextAsync().ConfigureAwait(false))
        {
            JsonSerializer.Serialize(writer, all.Current, json);
        }

        writer.WriteEndArray();
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        output.WriteByte((byte)'\n');
    }
}
