using System.Text;
using System.Text.Json;
using Secronna.Cli.Errors;

namespace Secronna.Cli.Formats;

/// <summary>The formats in which keys and values are exported for other programs.</summary>
internal static class ExportFormats
{
    private static readonly Dictionary<string, Func<IReadOnlyCollection<(string Key, string Value)>, string>> Writers = new()
    {
        ["dotenv"] = secrets => Lines(secrets, DotenvWriter.Line),
        ["json"] = Json,
        ["yaml"] = secrets => secrets.Count == 0 ? YamlFormat.Empty : Lines(secrets, YamlFormat.Line),
        ["shell"] = secrets => Lines(secrets, ShellFormat.Line),
        ["docker"] = secrets => Lines(secrets, DockerFormat.Line),
    };

    /// <summary>The names of the formats.</summary>
    public static IReadOnlyCollection<string> Names => Writers.Keys;

    /// <summary>Writes secrets in a format.</summary>
    /// <exception cref="CliException">The format can't hold a key or a value.</exception>
    public static string Write(string format, IReadOnlyCollection<(string Key, string Value)> secrets) => Writers[format](secrets);

    private static string Lines(IEnumerable<(string Key, string Value)> secrets, Func<string, string, string> line) =>
        string.Concat(secrets.Select(secret => line(secret.Key, secret.Value) + "\n"));

    private static string Json(IEnumerable<(string Key, string Value)> secrets)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in secrets)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length) + "\n";
    }
}
