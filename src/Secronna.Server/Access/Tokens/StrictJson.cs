using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Reads JSON, and refuses an object that has a member twice, because JSON readers disagree on which of the two members counts
/// (RFC 8259, section 4).
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    /// <summary>Parses a JSON object; <c>null</c> if the text is anything else. The caller disposes the document.</summary>
    public static JsonDocument? ParseObject(ReadOnlyMemory<byte> json)
    {
        try
        {
            var document = JsonDocument.Parse(json, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The text of a member; <c>null</c> if the object has no such member, or if it is not text.</summary>
    public static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var member) ? Text(member) : null;

    /// <summary>The text of an element; <c>null</c> if it is not text.</summary>
    public static string? Text(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            // The text has one half of a surrogate pair without the other.
            return null;
        }
    }
}
