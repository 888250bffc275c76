using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Secronna.IdentityProvider.Hosting;
using Secronna.IdentityProvider.Pages;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Flows;

/// <summary>Runs the provider's flows over HTTP, both as the client application and as the person at the browser.</summary>
public sealed class ProviderClient : IDisposable
{
    /// <summary>The usual scopes; <c>offline_access</c> asks for a refresh token.</summary>
    public const string DefaultScope = "openid profile email offline_access";

    private readonly string clientId;
    private readonly HttpClient http;

    /// <param name="issuer">The issuer of a provider in this process or in another.</param>
    /// <param name="clientId">The id of a public client.</param>
    public ProviderClient(string issuer, string clientId)
    {
        this.clientId = clientId;
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(issuer) };
    }

    /// <summary>Begins the device flow: requests a device code and a user code.</summary>
    public async Task<DeviceAuthorization> BeginDeviceAsync(string scope = DefaultScope)
    {
        using var response = await PostAsync(
            ProviderPaths.DeviceAuthorization,
            new() { ["client_id"] = clientId, ["scope"] = scope });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<DeviceAuthorization>())!;
    }

    /// <summary>Enters a user code as the person, and allows or denies. Returns <c>false</c> if the code cannot be used.</summary>
    public async Task<bool> DecideAsync(string userCode, Person person, bool allow = true, string? audience = null)
    {
        var form = DecisionForm(person, allow, audience);
        form["user_code"] = userCode;
        using var response = await PostAsync(ProviderPaths.Device, form);
        return response.Headers.Location?.OriginalString == ProviderPaths.DeviceDone;
    }

    /// <summary>Polls for the tokens of the device flow once.</summary>
    public Task<TokenAnswer> PollAsync(DeviceAuthorization device) => TokenAsync(new()
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code",
        ["client_id"] = clientId,
        ["device_code"] = device.DeviceCode,
    });

    /// <summary>Signs the person in at the browser and returns the redirect, with a code or an error.</summary>
    public async Task<CodeRedirect> AuthorizeAsync(
        CodeRequest request,
        Person person,
        bool allow = true,
        string? audience = null)
    {
        var form = DecisionForm(person, allow, audience);
        foreach (var (name, value) in request.ToParameters(clientId))
        {
            form[name] = value;
        }

        using var response = await PostAsync(ProviderPaths.Authorize, form);
        return await CodeRedirect.ReadAsync(response);
    }

    /// <summary>Exchanges a code for tokens.</summary>
    public Task<TokenAnswer> RedeemAsync(CodeRequest request, string code)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = clientId,
            ["code"] = code,
            ["redirect_uri"] = request.RedirectUri.OriginalString,
        };
        if (request.Verifier is not null)
        {
            form["code_verifier"] = request.Verifier;
        }

        return TokenAsync(form);
    }

    /// <summary>Exchanges a refresh token, which can be used once, for new tokens.</summary>
    public Task<TokenAnswer> RefreshAsync(string refreshToken) => TokenAsync(new()
    {
        ["grant_type"] = "refresh_token",
        ["client_id"] = clientId,
        ["refresh_token"] = refreshToken,
    });

    /// <summary>Requests tokens for a service account by the client credentials grant.</summary>
    public Task<TokenAnswer> ClientCredentialsAsync(
        ServiceAccount account,
        string? audience = null,
        string scope = "") => TokenAsync(new()
    {
        [Decision.AudienceField] = audience ?? "",
        ["grant_type"] = "client_credentials",
        ["client_id"] = account.ClientId,
        ["client_secret"] = account.Secret,
        ["scope"] = scope,
    });

    /// <summary>Revokes an access token or a refresh token of this client.</summary>
    public async Task RevokeAsync(string token)
    {
        using var response = await PostAsync(ProviderPaths.Revoke, new() { ["client_id"] = clientId, ["token"] = token });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Returns the userinfo response for an access token; <c>null</c> if the provider refuses the token.</summary>
    public async Task<JsonObject?> UserInfoAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ProviderPaths.UserInfo);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var response = await http.SendAsync(request);
        return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonObject>() : null;
    }

    /// <summary>Fetches the discovery document.</summary>
    public Task<JsonObject> DiscoveryAsync() => DocumentAsync(ProviderPaths.Discovery);

    /// <summary>Fetches the JWKS.</summary>
    public Task<JsonObject> JwksAsync() => DocumentAsync(ProviderPaths.Jwks);

    public void Dispose() => http.Dispose();

    private static Dictionary<string, string> DecisionForm(Person person, bool allow, string? audience) => new()
    {
        [Decision.PersonField] = person.Sub,
        [Decision.DecisionField] = allow ? Decision.Allow : Decision.Deny,
        [Decision.AudienceField] = audience ?? "",
    };

    private async Task<JsonObject> DocumentAsync(string path) => (await http.GetFromJsonAsync<JsonObject>(path))!;

    private async Task<TokenAnswer> TokenAsync(Dictionary<string, string> form)
    {
        using var response = await PostAsync(ProviderPaths.Token, form);
        return await TokenAnswer.ReadAsync(response);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form.Where(field => field.Value.Length > 0));
        return await http.PostAsync(path, content);
    }
}
