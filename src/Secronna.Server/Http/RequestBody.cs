using System.Buffers;
using System.IO.Pipelines;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Secronna.Crypto;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Reads a request's body into pinned memory (S26), up to a limit, and checks that it is valid UTF-8.</summary>
internal static class RequestBody
{
    // The size of the first buffer for a body without an announced length.
    private const int InitialSize = 4_096;

    // Bodies up to this size take nothing from the budget. The limit on connections bounds their memory.
    private const int MaxSmallBody = 64 * 1024;

    // The web server's minimum data rate alone would let a body of many small chunks hold its memory for a quarter of an hour.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Reads the body. The caller disposes the body as soon as it is parsed. A request without a body gives an empty body.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">The most bytes that the body may have.</param>
    /// <param name="isRequired">Whether a request without a body must have the content type of JSON too.</param>
    /// <exception cref="RequestException">
    /// VALIDATION_ERROR: not JSON (status 415), not UTF-8, or too slow. PAYLOAD_TOO_LARGE. UNAVAILABLE: the budget is used up.
    /// </exception>
    public static async ValueTask<PinnedBuffer> ReadAsync(HttpContext context, int limit, bool isRequired)
    {
        var length = context.Request.ContentLength;
        if (length > limit)
        {
            throw HttpErrors.BodyTooLarge(limit);
        }

        if (!IsJson(context.Request) && (isRequired || length is > 0))
        {
            throw HttpErrors.UnsupportedMediaType();
        }

        if ((length ?? limit) > MaxSmallBody && HasBody(context, length))
        {
            // The body and the values that are parsed from it are both in memory.
            var budget = context.RequestServices.GetRequiredService<PlaintextBudget>();
            context.Response.RegisterForDispose(budget.Take(2 * (length ?? limit)));
        }

        var body = await ReadAllAsync(context, (int)(length ?? InitialSize), limit);
        if (body.Length > 0 && !IsJson(context.Request))
        {
            body.Dispose();
            throw HttpErrors.UnsupportedMediaType();
        }

        if (!Utf8.IsValid(body.Span))
        {
            body.Dispose();
            throw Errors.InvalidBody("the body is not valid UTF-8");
        }

        return body;
    }

    private static bool HasBody(HttpContext context, long? length) =>
        length is not null || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static async ValueTask<PinnedBuffer> ReadAllAsync(HttpContext context, int expected, int limit)
    {
        var reader = context.Request.BodyReader;
        using var timeout = StartTimeout(context, reader);
        var body = PinnedBuffer.Rent(Math.Max(expected, 1));
        var filled = 0;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(context.RequestAborted);
                if (result.IsCanceled)
                {
                    throw HttpErrors.BodyTooSlow(ReadTimeout);
                }

                var part = result.Buffer;
                if (filled + part.Length > limit)
                {
                    reader.AdvanceTo(part.End);
                    throw HttpErrors.BodyTooLarge(limit);
                }

                body = Grow(body, filled, (int)part.Length);
                part.CopyTo(body.Span[filled..]);
                filled += (int)part.Length;
                reader.AdvanceTo(part.End);
                if (result.IsCompleted)
                {
                    body.Truncate(filled);
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static ITimer StartTimeout(HttpContext context, PipeReader reader) =>
        context.RequestServices.GetRequiredService<TimeProvider>().CreateTimer(
            static reader => ((PipeReader)reader!).CancelPendingRead(), reader, ReadTimeout, Timeout.InfiniteTimeSpan);

    private static PinnedBuffer Grow(PinnedBuffer body, int filled, int more)
    {
        if (filled + more <= body.Length)
        {
            return body;
        }

        var larger = PinnedBuffer.Rent(Math.Max(body.Length * 2, filled + more));
        body.Span[..filled].CopyTo(larger.Span);
        body.Dispose();
        return larger;
    }
}
