using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// The routes that reveal values. They use POST, so that no part of a reveal gets into an access log, a URL or a cache.
/// </summary>
internal static class RevealEndpoints
{
    public static void MapReveals(this IEndpointRouteBuilder routes)
    {
        routes.Api("POST", "/secrets/{secretId}/reveal", Operations.RevealSecret, "Reveal a secret's value")
            .TakesQuery("version", "integer", "The version; the current one if not given")
            .GivesValues<RevealResponse, RevealService>(async (request, reveals) =>
            {
                var version = request.Query.Int32("version", 1, int.MaxValue);
                using var revealed = await reveals.RevealAsync(request.Caller, request.Route("secretId"), version);
                await RevealResponses.WriteAsync(request, revealed, withPath: false);
            });

        routes.Api("POST", "/reveal", Operations.RevealSecret, "Reveal a secret's value by its path")
            .Takes<RevealPathRequest>()
            .GivesValues<RevealPathResponse, RevealService>(async (request, reveals) =>
            {
                var (path, version) = await request.BodyAsync<(string, int?)>(RevealBody.ReadPath);
                using var revealed = await reveals.RevealPathAsync(request.Caller, path, version);
                await RevealResponses.WriteAsync(request, revealed, withPath: true);
            });

        routes.Api("POST", "/environments/{envId}/reveal", Operations.RevealEnvironment, "Reveal an environment's values")
            .Takes<RevealEnvironmentRequest>(isOptional: true)
            .GivesValues<RevealEnvironmentResponse, EnvironmentRevealService>((request, reveals) =>
                RevealAsync(request, reveals, EnvironmentReference.OfId(request.Route("envId"))));

        routes.Api(
                "POST", "/projects/by-slug/{projectSlug}/environments/{envSlug}/reveal", Operations.RevealEnvironment,
                "Reveal an environment's values by its slugs")
            .Takes<RevealEnvironmentRequest>(isOptional: true)
            .GivesValues<RevealEnvironmentResponse, EnvironmentRevealService>((request, reveals) =>
                RevealAsync(request, reveals, EnvironmentReference.OfSlugs(request.Route("projectSlug"), request.Route("envSlug"))));
    }

    private static async Task RevealAsync(ApiRequest request, EnvironmentRevealService reveals, EnvironmentReference name)
    {
        var limits = request.Limits;
        var isKnown = EntityTags.KnownTo(request.Context);
        var (revision, values) = await request.WorkAsync(async () =>
        {
            var selection = await request.BodyAsync((ref Utf8JsonReader reader) => RevealBody.ReadSelection(ref reader, limits));
            return await reveals.RevealAsync(request.Caller, name, selection, revision => isKnown(EntityTags.Of(revision)));
        });
        using (values)
        {
            request.Context.Response.Headers.ETag = EntityTags.Of(revision).ToString();
            if (values is null)
            {
                request.Context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            await RevealResponses.WriteAsync(request, values);
        }
    }
}
