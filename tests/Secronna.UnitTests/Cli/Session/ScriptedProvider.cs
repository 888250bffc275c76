using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Secronna.UnitTests.Cli.Session;

/// <summary>An identity provider whose token endpoint gives the answers that a test queues, in their order.</summary>
internal sealed class ScriptedProvider : HttpMessageHandler
{
    public const string Issuer = "https://id.example";

    private readonly Queue<Func<HttpResponseMessage>> answers = new();

    /// <summary>The forms that were sent to the token endpoint.</summary>
    public List<string> Forms { get; } = [];

    public string? DocumentIssuer { get; init; } = Issuer;

    /// <summary>The forms that were sent to the endpoint for device codes.</summary>
    public List<string> DeviceForms { get; } = [];

    /// <summary>What the endpoint for device codes answers.</summary>
    public string Device { get; init; } =
        """{"device_code":"dev","user_code":"ABCD-EFGH","verification_uri":"https://id.example/go","expires_in":120,"interval":5}""";

    public string TokenEndpoint { get; init; } = Issuer + "/token";

    public ScriptedProvider Then(string json, HttpStatusCode status = HttpStatusCode.OK)
    {
        answers.Enqueue(() => Json(json, status));
        return this;
    }

    public ScriptedProvider ThenRefuses(string error) => Then($$"""{"error":"{{error}}"}""", HttpStatusCode.BadRequest);

    public ScriptedProvider ThenBreaks()
    {
        answers.Enqueue(() => throw new HttpRequestException("broken"));
        return this;
    }

    public static string Tokens(string access, string? refresh = "next", string? id = null) => new JsonObject
    {
        ["access_token"] = access, ["id_token"] = id, ["token_type"] = "Bearer", ["expires_in"] = 300, ["refresh_token"] = refresh,
    }.ToJsonString();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        switch (request.RequestUri!.AbsolutePath)
        {
            case "/.well-known/openid-configuration":
                return Json(new JsonObject
                {
                    ["issuer"] = DocumentIssuer, ["token_endpoint"] = TokenEndpoint,
                    ["device_authorization_endpoint"] = Issuer + "/device",
                }.ToJsonString());
            case "/device":
                DeviceForms.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
                return Json(Device);
            default:
                Forms.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
                return answers.Dequeue()();
        }
    }

    private static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
