using System.Globalization;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Secrets;

/// <summary>The routes of secrets, except the routes that reveal values.</summary>
internal static class SecretsEndpoints
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static void MapSecrets(this IEndpointRouteBuilder routes)
    {
        routes.Api("PUT", "/environments/{envId}/secrets", Operations.WriteSecrets, "Write a key: create it, or mint its next version")
            .Takes<WriteSecretRequest>().Idempotent().Gives(Json.WrittenResponse, StatusCodes.Status201Created)
            .By<SecretService>(WriteAsync);

        routes.Api("POST", "/environments/{envId}/secrets/batch", Operations.WriteSecrets, "Write many keys: all of them, or none")
            .Takes<BatchRequest>(maxBytes: limits => limits.BatchBodyBytes).Idempotent().Gives(Json.IReadOnlyListWrittenResponse, StatusCodes.Status201Created)
            .By<SecretService>(WriteBatchAsync);

        routes.Api("GET", "/environments/{envId}/secrets", Operations.ListSecrets, "List an environment's secrets, by key")
            .TakesQuery("at", "date-time", "The secrets as they were at this time; now if not given")
            .GivesPages(Json.SecretSummary)
            .By<SecretService>((request, secrets, page) =>
                secrets.ListAsync(request.Caller, request.Route("envId"), request.Query.Instant("at"), page));

        routes.Api("GET", "/secrets/{secretId}", Operations.GetSecret, "Get a secret without its value")
            .Gives(Json.SecretResponse)
            .By<SecretService>((request, secrets) => secrets.GetAsync(request.Caller, request.Route("secretId")));

        routes.Api(
                "GET", "/projects/by-slug/{projectSlug}/environments/{envSlug}/secrets/{key}", Operations.GetSecret,
                "Find a secret by its slugs and key")
            .Gives(Json.SecretResponse)
            .By<SecretService>((request, secrets) => secrets.GetByPathAsync(
                request.Caller, request.Route("projectSlug"), request.Route("envSlug"), request.Route("key")));

        routes.Api("GET", "/secrets/{secretId}/versions", Operations.ListVersions, "List a secret's versions, newest first")
            .GivesPages(Json.VersionResponse)
            .By<SecretService>((request, secrets, page) =>
                secrets.ListVersionsAsync(request.Caller, request.Route("secretId"), page));

        routes.Api(
                "DELETE", "/secrets/{secretId}/versions/{version}", Operations.DestroyVersion,
                "Destroy the value of one version, which must not be the current one")
            .Gives(Json.DestroyedResponse)
            .By<VersionDestruction>((request, versions) => versions.DestroyAsync(
                request.Caller, request.Route("secretId"), VersionNumber(request.Route("version"))));

        routes.Api("DELETE", "/secrets/{secretId}", Operations.DeleteSecret, "Delete a secret and destroy its values")
            .Gives(Json.DeletedResponse)
            .By<SecretService>((request, secrets) => secrets.DeleteAsync(request.Caller, request.Route("secretId")));
    }

    // Each version has one spelling. Any other text is the number of no version.
    private static int VersionNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == text
            ? number
            : 0;

    private static async Task<WrittenResponse> WriteAsync(ApiRequest request, SecretService secrets)
    {
        var limits = request.Limits;
        using var write = await request.BodyAsync((ref Utf8JsonReader reader) => SecretWriteBody.Read(ref reader, limits));
        return (await secrets.WriteAsync(request.Caller, request.Route("envId"), [write], request.Idempotency))[0];
    }

    private static Task<IReadOnlyList<WrittenResponse>> WriteBatchAsync(ApiRequest request, SecretService secrets) =>
        request.WriteBatchAsync(async () =>
        {
            var limits = request.Limits;
            var writes = await request.BodyAsync((ref Utf8JsonReader reader) => SecretWriteBody.ReadBatch(ref reader, limits));
            try
            {
                return await secrets.WriteAsync(request.Caller, request.Route("envId"), writes, request.Idempotency);
            }
            finally
            {
                writes.ForEach(write => write.Dispose());
            }
        });
}
