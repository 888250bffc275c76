using System.Security.Cryptography;

namespace Secronna.Server.Http;

/// <summary>An answer without an envelope, which programs of others read: a text or bytes.</summary>
/// <param name="Bytes">The contents.</param>
/// <param name="MayBeKept">
/// Whether the client may keep the answer, and ask with its tag whether it still holds. Otherwise nothing may store it.
/// </param>
internal sealed record FileAnswer(ReadOnlyMemory<byte> Bytes, bool MayBeKept)
{
    /// <summary>Writes the answer; 304 to a client that has it.</summary>
    public async Task WriteAsync(HttpContext context, string mediaType)
    {
        var response = context.Response;
        if (MayBeKept)
        {
            // The client asks each time, because its credential may have been revoked since.
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.Vary = "Authorization";
            var tag = EntityTags.Of(Convert.ToHexStringLower(SHA256.HashData(Bytes.Span)));
            response.Headers.ETag = tag.ToString();
            if (EntityTags.KnownTo(context)(tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        response.ContentType = mediaType;
        response.ContentLength = Bytes.Length;
        using var deadline = AnswerDeadline.StartIfMultiplexed(context);
        await response.BodyWriter.WriteAsync(Bytes, context.RequestAborted);
    }
}

/// <summary>A route whose answer is a text or bytes.</summary>
internal sealed class ApiFile(ApiRoute route, string mediaType)
{
    /// <summary>Maps the route to a handler that calls a service.</summary>
    public void By<TService>(Func<ApiRequest, TService, Task<FileAnswer>> handler)
        where TService : notnull =>
        route.Map<TService>(async (request, service) =>
        {
            var file = await request.WorkAsync(() => handler(request, service));
            await file.WriteAsync(request.Context, mediaType);
        });
}
