using System.Text.Json;
using Microsoft.Net.Http.Headers;
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
                await RevealResponses.WriteAsync(request.Context, revealed, withPath: false);
            });

        routes.Api("POST", "/reveal", Operations.RevealSecret, "Reveal a secret's value by its path")
            .Takes<RevealPathRequest>()
            .GivesValues<RevealPathResponse, RevealService>(async (request, reveals) =>
            {
                var (path, version) = await request.BodyAsync<(string, int?)>(RevealBody.ReadPath);
                using var revealed = await reveals.RevealPathAsync(request.Caller, path, version);
                await RevealResponses.WriteAsync(request.Context, revealed, withPath: true);
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
        var isKnown = KnownTags(request.Context);
        var (revision, values) = await request.WorkAsync(async () =>
        {
            var selection = await request.BodyAsync((ref Utf8JsonReader reader) => RevealBody.ReadSelection(ref reader, limits));
            return await reveals.RevealAsync(request.Caller, name, selection, revision => isKnown(Tag(revision)));
        });
        using (values)
        {
            request.Context.Response.Headers.ETag = Tag(revision).ToString();
            if (values is null)
            {
                request.Context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            await RevealResponses.WriteAsync(request.Context, values);
        }
    }

    private static EntityTagHeaderValue Tag(string revision) => new($"\"{revision}\"");

    // If-None-Match holds either a list of tags, or * for any tag. Tags are compared weakly: RFC 9110, section 13.1.2.
    private static Func<EntityTagHeaderValue, bool> KnownTags(HttpContext context)
    {
        var tags = context.Request.GetTypedHeaders().IfNoneMatch;
        return tag => tags.Any(known =>
            known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }
}
