using System.Text.Json.Nodes;

namespace Secronna.Tests.Contract;

/// <summary>What came of an operation: data, or an error's code and message. Neither is there where the caller has what there is.</summary>
internal sealed record Outcome(JsonNode? Data, string? Code, string? Message = null)
{
    /// <summary>Data without members that are null: an answer may leave those out.</summary>
    public static Outcome Of(JsonNode? data) => new(WithoutNulls(data), null);

    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Where(member => member.Value is not null)
            .Select(member => KeyValuePair.Create(member.Key, WithoutNulls(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(WithoutNulls)]),
        _ => node?.DeepClone(),
    };
}
