using System.Text.Json.Nodes;

namespace Secronna.Tests.Contract;

/// <summary>
/// The outcome of an operation: data, or the code and message of an error. Data and code are both null if the known revision is
/// still current.
/// </summary>
internal sealed record Outcome(JsonNode? Data, string? Code, string? Message = null)
{
    /// <summary>A success. Members that are null are removed from the data, because an answer may leave them out.</summary>
    public static Outcome Of(JsonNode? data) => new(WithoutNulls(data), null);

    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Where(member => member.Value is not null)
            .Select(member => KeyValuePair.Create(member.Key, WithoutNulls(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(WithoutNulls)]),
        _ => node?.DeepClone(),
    };
}
