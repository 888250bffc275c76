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
            .Takes<NameRequest>().Gives(Json.ApiKeyCreatedResponse, StatusCodes.Status201Created)
            .By<CredentialService>(async (request, credentials) =>
                await credentials.CreateApiKeyAsync(request.Caller, await request.NameAsync()));

        routes.Api("GET", "/api-keys", Operations.ListCredentials, "List API keys")
            .GivesPages(Json.ApiKeyResponse)
            .By<CredentialService>((request, credentials, page) => credentials.ListApiKeysAsync(request.Caller, page));

        routes.Api("DELETE", "/api-keys/{id}", Operations.DeleteApiKey, "Delete an API key")
            .Gives(Json.DeletedResponse)
            .By<CredentialService>((request, credentials) =>
                credentials.DeleteApiKeyAsync(request.Caller, request.Route("id")));
    }

    private static void MapAccessKeys(IEndpointRouteBuilder routes)
    {
        routes.Api("POST", "/access-keys", Operations.CreateAccessKey, "Create an access key; its token is shown this once")
            .Takes<AccessKeyRequest>().Gives(Json.AccessKeyCreatedResponse, StatusCodes.Status201Created)
            .By<CredentialService>(async (request, credentials) =>
            {
                var change = await AccessKeyAsync(request, isNew: true);
                return await credentials.CreateAccessKeyAsync(request.Caller, change.Name!, change.ExpiresInDays, change.Grants ?? []);
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
            .By<CredentialService>((request, credentials) =>
                credentials.RevokeAccessKeyAsync(request.Caller, request.Route("id")));
    }

    private static ValueTask<AccessKeyChange> AccessKeyAsync(ApiRequest request, bool isNew)
    {
        var limits = request.Limits;
        return request.BodyAsync((ref Utf8JsonReader reader) => AccessKeyBody.Read(ref reader, limits.NameLength, isNew));
    }

    private static MeResponse Me(Caller caller) => new(
        caller.ActorType, caller.ActorId, caller.WorkspaceId, caller.Name, Roles.Name(caller.Role),
        caller.GroupsOmitted ? true : null, caller.Grants.Grants);

    private static AuthConfigResponse AuthConfig(IdentityProviderSettings huudis) => huudis is { Issuer: { } issuer, SignIn: var signIn }
        ? new AuthConfigResponse(
            issuer, signIn.CliClientId, signIn.WebClientId, signIn.Scopes,
            huudis.TokenType == TokenType.IdToken ? TokenTypes.IdToken : TokenTypes.AccessToken,
            signIn.Parameters.AsReadOnly(), signIn.CliClientSecret)
        : new AuthConfigResponse(null, null, null, null, null, null, null);
}
