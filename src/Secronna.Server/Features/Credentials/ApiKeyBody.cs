using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Credentials;

/// <summary>Parses the body that creates an API key.</summary>
internal static class ApiKeyBody
{
    private static readonly string[] Fields = ["name", "expiresInDays"];

    /// <summary>Reads a body.</summary>
    /// <param name="reader">Stands at the body's first token.</param>
    /// <param name="maxNameLength">Characters that a name may have.</param>
    public static (string Name, int? ExpiresInDays) Read(ref Utf8JsonReader reader, int maxNameLength)
    {
        string? name = null;
        int? expiresInDays = null;
        var fields = JsonFields.Begin(ref reader, "", Fields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0: name = NameBody.ReadName(ref reader, fields, field, maxNameLength); break;
                default: expiresInDays = fields.ReadInt32(ref reader, field, 1, Limits.ExpiryDays); break;
            }
        }

        fields.Require(0, name is not null);
        return (name!, expiresInDays);
    }
}
