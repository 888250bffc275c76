using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Environments;

/// <summary>Parses the body that changes an environment.</summary>
internal static class EnvironmentBody
{
    private static readonly string[] ChangeFields = ["name", "requireReason"];

    /// <summary>Reads a body. It must have at least one member, and a null is refused: it could be meant as anything.</summary>
    /// <param name="reader">Stands at the body's first token.</param>
    /// <param name="maxNameLength">Characters that a name may have.</param>
    public static EnvironmentChangeRequest ReadChange(ref Utf8JsonReader reader, int maxNameLength)
    {
        string? name = null;
        bool? requireReason = null;
        var fields = JsonFields.Begin(ref reader, "", ChangeFields);
        while (fields.Next(ref reader, out var field))
        {
            switch (field)
            {
                case 0:
                    name = NameBody.ReadName(ref reader, fields, field, maxNameLength)
                        ?? throw Errors.Invalid(fields.Name(field), "must be a string");
                    break;
                default:
                    requireReason = fields.ReadFlag(ref reader, field) ?? throw Errors.Invalid(fields.Name(field), "must be true or false");
                    break;
            }
        }

        return name is not null || requireReason is not null
            ? new EnvironmentChangeRequest(name, requireReason)
            : throw Errors.InvalidBody("name or requireReason: at least one of them is required");
    }
}
