// The baseline of P1 and P2: the same web server without authentication, database and cryptography. Whatever the path, it answers
// a POST with JSON of a reveal's size, and a PUT likewise after it has read the body. So it can be sent the very same requests.
using System.Text.Json.Serialization;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, BareJson.Default));
var app = builder.Build();
app.MapPost("/{**path}", () => TypedResults.Ok(Answers.Reveal));
app.MapPut("/{**path}", (Body body) => TypedResults.Ok(body.Value.Length > 0 ? Answers.Reveal : null));
app.Run();

internal sealed record Body(string Key, string Value);

internal sealed record Data(string Key, int Version, string Value);

internal sealed record Meta(string RequestId, string Timestamp);

internal sealed record Answer(Data Data, string? Error, Meta Meta);

internal static class Answers
{
    public static Answer Reveal { get; } = new(
        new Data("BENCH_KEY_000001", 1, new string('v', 64)), null,
        new Meta("req_01m84hzh174mj81s1rv85mcgmd", "2026-01-01T00:00:00.000000Z"));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(Body))]
internal sealed partial class BareJson : JsonSerializerContext;
