using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Secronna.Cli.Output;

/// <summary>Prints results on standard output: for people, or as JSON.</summary>
/// <param name="isJson">Whether as JSON.</param>
internal sealed class Printer(bool isJson)
{
    public bool IsJson => isJson;

    /// <summary>Text by others, which must not move the cursor, change colours or begin a line.</summary>
    public static string Plain(string text) => string.Concat(text.Select(character => IsPlain(character) ? character : '?'));

    /// <summary>The same, line by line: the lines are this program's.</summary>
    public static string PlainLines(string text) => string.Join('\n', text.Split('\n').Select(Plain));

    /// <summary>One thing: as JSON, or the line that tells of it.</summary>
    public void One<T>(T value, JsonTypeInfo<T> json, Func<T, string> line)
    {
        if (isJson)
        {
            Json(value, json);
            return;
        }

        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(PlainLines(line(value)) + "\n"));
    }

    /// <summary>One thing as JSON.</summary>
    public static void Json<T>(T value, JsonTypeInfo<T> json)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(JsonSerializer.SerializeToUtf8Bytes(value, json));
        output.WriteByte((byte)'\n');
    }

    /// <summary>A list: as a JSON array, or a table.</summary>
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

        output.Write(Encoding.UTF8.GetBytes(table.Text(Style.Output)));
    }

    // Among what shows nothing is what turns the direction of writing, or joins what is apart.
    private static bool IsPlain(char character) => char.GetUnicodeCategory(character)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static async Task JsonAsync<T>(Stream output, IAsyncEnumerable<T> items, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        // Asked before anything is printed: most of what fails does so at once.
        await using var all = items.GetAsyncEnumerator(cancellation);
        var isThere = await all.MoveNextAsync().ConfigureAwait(false);
        await using var writer = new Utf8JsonWriter(output);
        writer.WriteStartArray();
        for (; isThere; isThere = await all.MoveNextAsync().ConfigureAwait(false))
        {
            JsonSerializer.Serialize(writer, all.Current, json);
        }

        writer.WriteEndArray();
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        output.WriteByte((byte)'\n');
    }
}
