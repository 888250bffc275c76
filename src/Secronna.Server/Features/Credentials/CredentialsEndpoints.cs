using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Access.Tokens;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Credentials;

/// <summary>The routes for API keys, access keys, the caller's own identity, and the configuration of sign-ins.</summary>
internal static class CredentialsEndpoints
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static void MapCredentials(this IEndpointRouteBuilder routes)
    {
        MapApiKeys(routes);
        MapAccessKeys(routes);

        routes.Api("GET", "/me", Operations.Identify, "Get the caller's own identity")
            .Gives(Json.MeResponse)
            .By<CredentialService>((request, _) => Task.FromResult(Me(request.Caller)));

        routes.Api("GET", "/auth/config", null, "Get what a client needs to sign in")
            .Gives(Json.AuthConfigResponse)
            .By<IdentityProviderSettings>((_, huudis) => Task.FromResult(AuthConfig(huudis)));
    }

    private static void MapApiKeys(IEndpointRouteBuilder routes)
    {
        routes.Api("POST", "/api-keys", Operations.CreateApiKey, "Create an API key; its token is shown this once")
            .Takes<ApiKeyRequest>().Idempotent().Gives(Json.ApiKeyCreatedResponse, StatusCodes.Status201Created)
            .By<CredentialService>(async (request, credentials) =>
            {
                var limits = request.Limits;
                var (name, expiresInDays) = await request.BodyAsync(
                    (ref Utf8JsonReader reader) => ApiKeyBody.Read(ref reader, limits.NameLength));
                return await credentials.CreateApiKeyAsync(request.Caller, name, expiresInDays, request.Idempotency);
            });

        routes.Api("GET", "/api-keys", Operations.ListCredentials, "List API keys")
            .GivesPages(Json.ApiKeyResponse)
            .By<CredentialService>((request, credentials, page) => credentials.ListApiKeysAsync(request.Caller, page));

        routes.Api("DELETE", "/api-keys/{id}", Operations.DeleteApiKey, "Delete an API key")
            .TakesQuery("cascade", "boolean", "Also revoke all credentials that it made, directly or through what it made")
            .Gives(Json.ApiKeyDeletedResponse)
            .By<CredentialRevocation>((request, revocation) =>
                revocation.DeleteApiKeyAsync(request.Caller, request.Route("id"), request.Query.Flag("cascade")));

        MapMade(routes, "/api-keys/{id}/made", ActorTypes.ApiKey, "Get the credentials that an API key made");
    }

    private static void MapAccessKeys(IEndpointRouteBuilder routes)
    {
        routes.Api("POST", "/access-keys", Operations.CreateAccessKey, "Create an access key; its token is shown this once")
            .Takes<AccessKeyRequest>().Idempotent().Gives(Json.AccessKeyCreatedResponse, StatusCodes.Status201Created)
            .By<CredentialService>(async (request, credentials) =>
            {
                var key = await AccessKeyAsync(request, isNew: true);
                return await credentials.CreateAccessKeyAsync(request.Caller, key, request.Idempotency);
            });

        routes.Api("GET", "/access-keys", Operations.ListCredentials, "List access keys")
            .GivesPages(Json.AccessKeyResponse)
            .By<CredentialService>((request, credentials, page) => credentials.ListAccessKeysAsync(request.Caller, page));

        routes.Api("PATCH", "/access-keys/{id}", Operations.ChangeAccessKey, "Change an access key")
            .Takes<AccessKeyChangeRequest>().Gives(Json.AccessKeyResponse)
            .By<CredentialService>(async (request, credentials) => await credentials.UpdateAccessKeyAsync(
                request.Caller, request.Route("id"), await AccessKeyAsync(request, isNew: false)));

        routes.Api("POST", "/access-keys/{id}/revoke", Operations.RevokeAccessKey, "Revoke an access key for good")
            .Gives(Json.RevokedResponse)
            .By<CredentialRevocation>((request, revocation) =>
                revocation.RevokeAccessKeyAsync(request.Caller, request.Route("id")));

        MapMade(routes, "/access-keys/{id}/made", ActorTypes.AccessKey, "Get the credentials that an access key made");
    }

    private static void MapMade(IEndpointRouteBuilder routes, string pattern, string kind, string summary) =>
        routes.Api("GET", pattern, Operations.ListCredentials, summary)
            .Gives(Json.MadeResponse)
            .By<CredentialService>((request, credentials) => credentials.ListMadeAsync(request.Caller, kind, request.Route("id")));

    private static ValueTask<AccessKeyChange> AccessKeyAsync(ApiRequest request, bool isNew)
    {
        var limits = request.Limits;
        return request.BodyAsync((ref Utf8JsonReader reader) => AccessKeyBody.Read(ref reader, limits.NameLength, isNew));
    }

    private static MeResponse Me(Caller caller) => new(
        caller.ActorType, caller.ActorId, caller.WorkspaceId, caller.Name, Roles.Name(caller.Role),
        caller.GroupsOmitted ? true : null, Roles.Within(caller.Role, caller.Grants.Grants));

    private static AuthConfigResponse AuthConfig(IdentityProviderSettings huudis) => huudis is { Issuer: { } issuer, SignIn: var signIn }
        ? new AuthConfigResponse(
            issuer, signIn.CliClientId, signIn.WebClientId, signIn.Scopes,
            huudis.TokenType == TokenType.IdToken ? TokenTypes.IdToken : TokenTypes.AccessToken,
            signIn.Parameters.AsReadOnly(), signIn.CliClientSecret)
        : new AuthConfigResponse(null, null, null, null, null, null, null);
}
