using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The details of an entry <c>trail.migrate</c>: which ciphertexts the versions have that were written before the entries of writes
/// said so. As JSON: <c>{"versions":[["sec_…",1,"64 hex digits"],…]}</c>.
/// </summary>
public static class MigratedVersions
{
    private const string Versions = "versions";

    /// <summary>Writes a list.</summary>
    public static string Write(IEnumerable<(string SecretId, int Version, BoxHash Hash)> versions)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray(Versions);
            foreach (var version in versions)
            {
                json.WriteStartArray();
                json.WriteStringValue(version.SecretId);
                json.WriteNumberValue(version.Version);
                json.WriteStringValue(version.Hash.ToString());
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads a list.</summary>
    /// <exception cref="FormatException">The text is not such a list.</exception>
    public static List<(string SecretId, int Version, BoxHash Hash)> Read(string details)
    {
        try
        {
            using var json = JsonDocument.Parse(details);
            return [.. json.RootElement.GetProperty(Versions).EnumerateArray().Select(version => (
                version[0].GetString()!, version[1].GetInt32(), BoxHash.FromBytes(Convert.FromHexString(version[2].GetString()!))))];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException
            or ArgumentException or IndexOutOfRangeException)
        {
            throw new FormatException("the list of versions can't be read", exception);
        }
    }
}
