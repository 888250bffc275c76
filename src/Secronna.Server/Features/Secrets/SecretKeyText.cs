using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Secrets;

/// <summary>Reads secrets' keys from a request's body.</summary>
internal static class SecretKeyText
{
    private static readonly string Rule =
        $"must be a letter or underscore, then letters, digits and underscores, at most {Limits.KeyLength}";

    /// <summary>Reads a key at the reader.</summary>
    /// <param name="reader">Stands at the key.</param>
    /// <param name="fields">The object that the key is in.</param>
    /// <param name="field">The member that holds the key, alone or in an array.</param>
    /// <param name="name">The name of the key's place in error messages.</param>
    /// <exception cref="RequestException">VALIDATION_ERROR: the text is not a key.</exception>
    public static string Read(ref Utf8JsonReader reader, JsonFields fields, int field, string name)
    {
        var key = fields.ReadString(ref reader, field, Limits.KeyLength);
        return key is not null && Names.IsKey(key) ? key : throw Errors.Invalid(name, Rule);
    }
}
