using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>The identity provider, at the addresses that its own document gives (OpenID Connect Discovery 1.0).</summary>
internal sealed class IdentityProvider
{
    private const int MostAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker http;
    private readonly DiscoveryDocumentResponse document;
    private readonly string issuer;
    private readonly bool isInsecure;

    private IdentityProvider(HttpMessageInvoker http, DiscoveryDocumentResponse document, string issuer, bool isInsecure) =>
        (this.http, this.document, this.issuer, this.isInsecure) = (http, document, issuer, isInsecure);

    /// <summary>What sends to providers: straight to where it is told, without cookies.</summary>
    public static HttpClient NewHttp() => new(SecronnaClient.Configure(new SocketsHttpHandler()))
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostAnswerBytes,
    };

    /// <summary>The provider of an issuer.</summary>
    /// <exception cref="SecronnaException">UNAVAILABLE: it can't be reached; VALIDATION_ERROR: it is none, or not over TLS.</exception>
    public static async Task<IdentityProvider> DiscoverAsync(HttpMessageInvoker http, string issuer, bool isInsecure, CancellationToken cancellation)
    {
        RequireSafe(issuer, "the issuer", isInsecure);
        var document = await AnswerAsync(http.GetDiscoveryDocumentAsync(
            new DiscoveryDocumentRequest
            {
                Address = issuer,
                // Who publishes the document says where its endpoints are, and that may be another host; each is checked before use.
                Policy = { RequireHttps = false, ValidateEndpoints = false, RequireKeySet = false },
            },
            cancellation), cancellation).ConfigureAwait(false);
        return document.IsError ? throw Failed(document, issuer) : new IdentityProvider(http, document, issuer, isInsecure);
    }

    /// <summary>Asks for the codes of a device (RFC 8628, section 3.1).</summary>
    /// <exception cref="SecronnaException">The provider refused, or did not answer.</exception>
    public async Task<DeviceAuthorizationResponse> BeginDeviceAsync(string clientId, string scope, CancellationToken cancellation)
    {
        var answer = await AnswerAsync(http.RequestDeviceAuthorizationAsync(
            new DeviceAuthorizationRequest
            {
                Address = Endpoint(document.DeviceAuthorizationEndpoint, "signing in by a device's code"),
                ClientId = clientId,
                ClientCredentialStyle = ClientCredentialStyle.PostBody,
                Scope = scope,
            },
            cancellation), cancellation).ConfigureAwait(false);
        return answer.IsError ? throw Failed(answer) : answer;
    }

    /// <summary>Asks whether the person has decided (section 3.4). The answer may be an error.</summary>
    public async Task<TokenResponse> PollDeviceAsync(string clientId, string deviceCode, CancellationToken cancellation)
    {
        var answer = await AnswerAsync(http.RequestDeviceTokenAsync(
            new DeviceTokenRequest
            {
                Address = TokenEndpoint,
                ClientId = clientId,
                ClientCredentialStyle = ClientCredentialStyle.PostBody,
                DeviceCode = deviceCode,
            },
            cancellation), cancellation).ConfigureAwait(false);
        return answer;
    }

    /// <summary>Renews a sign-in (RFC 6749, section 6); null where the provider has ended it.</summary>
    /// <exception cref="SecronnaException">UNAVAILABLE: the provider did not answer.</exception>
    public async Task<SignIn?> RefreshAsync(SignIn ending, TimeProvider time, CancellationToken cancellation)
    {
        var answer = await AnswerAsync(http.RequestRefreshTokenAsync(
            new RefreshTokenRequest
            {
                Address = TokenEndpoint,
                ClientId = ending.ClientId,
                ClientCredentialStyle = ClientCredentialStyle.PostBody,
                RefreshToken = ending.RefreshToken!,
            },
            cancellation), cancellation).ConfigureAwait(false);
        return answer switch
        {
            { ErrorType: ResponseErrorType.Protocol, Error: OidcConstants.TokenErrors.InvalidGrant } => null,
            { IsError: true } => throw Failed(answer),
            _ => SignInOf(answer, ending.ClientId, time, ending.RefreshToken),
        };
    }

    /// <summary>Ends a sign-in at the provider too (RFC 7009), where it can be ended there.</summary>
    /// <exception cref="SecronnaException">The provider refused, or did not answer.</exception>
    public async Task RevokeAsync(SignIn signIn, CancellationToken cancellation)
    {
        if (signIn.RefreshToken is null || document.RevocationEndpoint is null)
        {
            return;
        }

        var answer = await AnswerAsync(http.RevokeTokenAsync(
            new TokenRevocationRequest
            {
                Address = Endpoint(document.RevocationEndpoint, "revocation"),
                ClientId = signIn.ClientId,
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

    /// <summary>What came of an answer with tokens.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="clientId">Which client asked.</param>
    /// <param name="time">The clock that the token's end is told by.</param>
    /// <param name="refreshToken">The refresh token that stays, where no other came.</param>
    public SignIn SignInOf(TokenResponse answer, string clientId, TimeProvider time, string? refreshToken = null) => new(
        issuer, clientId, Given(answer.AccessToken) ?? throw Invalid($"{issuer} gave no access token"),
        time.GetUtcNow() + Lifetime(answer), Given(answer.RefreshToken) ?? refreshToken);

    /// <summary>An answer that is none of those that the flow knows.</summary>
    public SecronnaException Failed(ProtocolResponse answer) => Failed(answer, issuer);

    private static SecronnaException Failed(ProtocolResponse answer, string issuer)
    {
        var isAway = answer.ErrorType is ResponseErrorType.Exception or ResponseErrorType.Http
            || answer.Error is "server_error" or "temporarily_unavailable";
        var reason = answer.ErrorType == ResponseErrorType.Exception ? answer.Exception?.Message : answer.Error;
        return isAway
            ? new SecronnaException($"the identity provider {issuer} did not answer as it should: {Plain(reason)}", answer.Exception)
            : Invalid($"the identity provider {issuer} refused: {Plain(reason)}");
    }

    // The library makes an answer of a request that was given up, too.
    private static async Task<T> AnswerAsync<T>(Task<T> request, CancellationToken cancellation)
    {
        var answer = await request.ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return answer;
    }

    private string TokenEndpoint => Endpoint(document.TokenEndpoint, "tokens");

    private string Endpoint(string? address, string purpose)
    {
        if (address is null)
        {
            throw Invalid($"the identity provider {issuer} has no address for {purpose}");
        }

        RequireSafe(address, $"the address for {purpose} of {issuer}", isInsecure);
        return address;
    }

    private static void RequireSafe(string address, string what, bool isInsecure)
    {
        if (!Connecting.IsSafe(address, isInsecure))
        {
            throw Invalid($"{what} must begin with https://: over plain HTTP everyone on the way could read tokens");
        }
    }

    // Where it does not say how long a token lasts, not long.
    private static TimeSpan Lifetime(TokenResponse answer) =>
        answer.ExpiresIn > 0 ? TimeSpan.FromSeconds(answer.ExpiresIn) : 2 * RenewedToken.Margin;

    // The library makes a null in JSON an empty text.
    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Plain(string? text) =>
        text is null ? "no reason given" : Printer.Plain(text.Length > 200 ? text[..200] : text);

    private static SecronnaException Invalid(string message) => new(message, ErrorCodes.ValidationError, null, null);
}
