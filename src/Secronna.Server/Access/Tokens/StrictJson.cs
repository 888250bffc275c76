using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>JSON that says nothing twice: which of two would count, readers disagree on.</summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    /// <summary>The object that this is; null when it is none.</summary>
    public static JsonDocument? Object(ReadOnlyMemory<byte> json)
    {
        try
        {
            var document = JsonDocument.Parse(json, Strict);
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

    /// <summary>A member's text; null when it isn't there, or no text.</summary>
    public static string? Text(JsonElement of, string name)
    {
        if (!of.TryGetProperty(name, out var member) || member.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return member.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }
}
