using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>The identity provider, at the endpoints that its discovery document names (OpenID Connect Discovery 1.0).</summary>
internal sealed class IdentityProvider
{
    private const int MostAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker http;
    private readonly string issuer;
    private readonly ProviderEndpoints endpoints;

    private IdentityProvider(HttpMessageInvoker http, string issuer, ProviderEndpoints endpoints) =>
        (this.http, this.issuer, this.endpoints) = (http, issuer, endpoints);

    /// <summary>Creates a client for requests to providers. It follows no redirects and keeps no cookies.</summary>
    public static HttpClient NewHttp() => new(SecronnaClient.Configure(new SocketsHttpHandler()))
    {
        Timeout = AnswerTimeout,
        MaxResponseContentBufferSize = MostAnswerBytes,
    };

    /// <summary>Finds the provider of an issuer.</summary>
    /// <exception cref="SecronnaException">
    /// UNAVAILABLE: the provider can't be reached. VALIDATION_ERROR: the issuer is not a provider, or its address is not https.
    /// </exception>
    public static async Task<IdentityProvider> DiscoverAsync(
        HttpMessageInvoker http, string issuer, bool isInsecure, CancellationToken cancellation)
    {
        IdentityProviderErrors.RequireSafe(issuer, $"the address of the identity provider {issuer}", isInsecure);
        var document = await AnswerAsync(http.GetDiscoveryDocumentAsync(
            new DiscoveryDocumentRequest
            {
                Address = issuer,
                // The endpoints may be on another host than the document. Each one is checked before it is used.
                Policy = { RequireHttps = false, ValidateEndpoints = false, RequireKeySet = false },
            },
            cancellation), cancellation).ConfigureAwait(false);
        return document.IsError
            ? throw IdentityProviderErrors.Of(document, issuer)
            : new IdentityProvider(http, issuer, new ProviderEndpoints(document, issuer, isInsecure));
    }

    /// <summary>Requests a device code and a user code (RFC 8628, section 3.1).</summary>
    /// <exception cref="SecronnaException">The provider refused, or did not answer.</exception>
    public async Task<DeviceAuthorizationResponse> BeginDeviceAsync(ProviderClient client, string scope, CancellationToken cancellation)
    {
        var answer = await AnswerAsync(http.RequestDeviceAuthorizationAsync(
            new DeviceAuthorizationRequest
            {
                Address = endpoints.DeviceAuthorization,
                ClientId = client.Id,
                ClientSecret = client.Secret,
                ClientCredentialStyle = ClientCredentialStyle.PostBody,
                Scope = scope,
                Parameters = [.. client.Parameters],
            },
            cancellation), cancellation).ConfigureAwait(false);
        return answer.IsError ? throw Failed(answer) : answer;
    }

    /// <summary>Asks whether the person has decided (RFC 8628, section 3.4). The answer may be an error.</summary>
    public async Task<TokenResponse> PollDeviceAsync(ProviderClient client, string deviceCode, CancellationToken cancellation)
    {
        var answer = await AnswerAsync(http.RequestDeviceTokenAsync(
            new DeviceTokenRequest
            {
                Address = endpoints.Token,
                ClientId = client.Id,
                ClientSecret = client.Secret,
                ClientCredentialStyle = ClientCredentialStyle.PostBody,
                DeviceCode = deviceCode,
            },
            cancellation), cancellation).ConfigureAwait(false);
        return answer;
    }

    /// <summary>Renews a sign-in (RFC 6749, section 6); <c>null</c> where the provider has ended it.</summary>
    /// <exception cref="SecronnaException">UNAVAILABLE: the provider did not answer.</exception>
    public async Task<SignIn?> RefreshAsync(SignIn expiring, TimeProvider time, CancellationToken cancellation)
    {
        var answer = await AnswerAsync(http.RequestRefreshTokenAsync(
            new RefreshTokenRequest
            {
                Address = endpoints.Token,
                ClientId = expiring.ClientId,
                ClientSecret = expiring.ClientSecret,
                ClientCredentialStyle = ClientCredentialStyle.PostBody,
                RefreshToken = expiring.RefreshToken!,
            },
            cancellation), cancellation).ConfigureAwait(false);
        return answer switch
        {
            { ErrorType: ResponseErrorType.Protocol, Error: OidcConstants.TokenErrors.InvalidGrant } => null,
            { IsError: true } => throw Failed(answer),
            // A provider need not give a new ID token (OpenID Connect Core 1.0, section 12.2).
            _ when expiring.Client.WantsIdToken && TokenAnswers.TokenOf(answer, expiring.Client) is null => null,
            _ => SignInOf(answer, expiring.Client, time, expiring.RefreshToken),
        };
    }

    /// <summary>Revokes a sign-in at the provider (RFC 7009), if the provider has an endpoint for it.</summary>
    /// <exception cref="SecronnaException">The provider refused, or did not answer.</exception>
    public async Task RevokeAsync(SignIn signIn, CancellationToken cancellation)
    {
        if (signIn.RefreshToken is null || endpoints.Revocation is not { } endpoint)
        {
            return;
        }

        var answer = await AnswerAsync(http.RevokeTokenAsync(
            new TokenRevocationRequest
            {
                Address = endpoint,
                ClientId = signIn.ClientId,
                ClientSecret = signIn.ClientSecret,
                ClientCredentialStyle = ClientCredentialStyle.PostBody,
                Token = signIn.RefreshToken,
                TokenTypeHint = OidcConstants.TokenTypes.RefreshToken,
            },
            cancellation), cancellation).ConfigureAwait(false);
        if (answer.IsError)
        {
            throw Failed(answer);
        }
    }

    /// <summary>The sign-in of an answer with tokens.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="client">The client that the request was made with.</param>
    /// <param name="time">The clock by which the token expires.</param>
    /// <param name="refreshToken">The refresh token to keep where the answer has no other.</param>
    public SignIn SignInOf(TokenResponse answer, ProviderClient client, TimeProvider time, string? refreshToken = null) =>
        TokenAnswers.SignInOf(answer, issuer, client, time.GetUtcNow(), refreshToken);

    /// <summary>The error of an answer that the caller did not expect.</summary>
    public SecronnaException Failed(ProtocolResponse answer) => IdentityProviderErrors.Of(answer, issuer);

    // The library returns an answer even where the request was cancelled.
    private static async Task<T> AnswerAsync<T>(Task<T> request, CancellationToken cancellation)
    {
        var answer = await request.ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return answer;
    }
}
