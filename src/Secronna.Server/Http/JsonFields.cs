using System.Text;
using System.Text.Json;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// Walks the members of one JSON object in a request's body. It refuses unknown and repeated members (S29). Error messages name
/// members and never quote their values.
/// </summary>
internal sealed class JsonFields
{
    private readonly string[] names;
    private readonly string prefix;
    private uint seen;

    private JsonFields(string prefix, string[] names)
    {
        this.prefix = prefix;
        this.names = names;
    }

    /// <summary>Begins an object at the reader.</summary>
    /// <param name="reader">Stands at the object's first token.</param>
    /// <param name="prefix">The text before the members' names in errors, such as <c>secrets[3].</c>; it may be empty.</param>
    /// <param name="names">The members that the object may have. A member's index identifies it; there are at most 32.</param>
    /// <exception cref="RequestException">VALIDATION_ERROR: the token does not begin an object.</exception>
    public static JsonFields Begin(ref Utf8JsonReader reader, string prefix, string[] names) =>
        reader.TokenType == JsonTokenType.StartObject ? new JsonFields(prefix, names)
            : prefix.Length == 0 ? throw Errors.InvalidBody("body: must be a JSON object")
            : throw Errors.Invalid(prefix.TrimEnd('.'), "must be a JSON object");

    /// <summary>A member's name, as errors give it: <c>secrets[3].key</c>.</summary>
    public string Name(int field) => prefix + names[field];

    /// <summary>Moves to the next member's value; <c>false</c> at the object's end.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR: the member is unknown or repeated.</exception>
    public bool Next(ref Utf8JsonReader reader, out int field)
    {
        field = -1;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        field = CurrentField(ref reader);
        if (field < 0)
        {
            throw Errors.UnknownName("field", CurrentName(ref reader), names);
        }

        if ((seen & (1u << field)) != 0)
        {
            throw Errors.Invalid(Name(field), "appears twice");
        }

        seen |= 1u << field;
        reader.Read();
        return true;
    }

    /// <summary>Refuses a body that lacks a member.</summary>
    /// <param name="field">The member.</param>
    /// <param name="isPresent">Whether the member was present with a value other than <c>null</c>.</param>
    /// <exception cref="RequestException">VALIDATION_ERROR: the member was not present.</exception>
    public void Require(int field, bool isPresent)
    {
        if (!isPresent)
        {
            throw Errors.Invalid(Name(field), "is required");
        }
    }

    private int CurrentField(ref Utf8JsonReader reader)
    {
        try
        {
            for (var i = 0; i < names.Length; i++)
            {
                if (reader.ValueTextEquals(names[i]))
                {
                    return i;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // The name contains half of a surrogate pair, so it is no known name.
        }

        return -1;
    }

    // A caller may have put a secret value in the place of a name. So a name becomes text only if it is short enough to be a
    // misspelt name.
    private static string CurrentName(ref Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= Errors.MaxShownNameLength ? Encoding.Latin1.GetString(reader.ValueSpan) : "";
}
