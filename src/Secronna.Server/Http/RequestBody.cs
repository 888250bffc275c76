using System.Buffers;
using System.IO.Pipelines;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;
using Secronna.Crypto;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// Reads a request's body into pinned memory (S26), up to a limit, and checks that it is valid UTF-8. Memory is taken as bytes
/// arrive, never by the length that the client announces (S31).
/// </summary>
internal static class RequestBody
{
    /// <summary>
    /// The first bytes of a body, which take nothing from the budget: the number of requests in hand bounds their memory.
    /// </summary>
    public const int FreeBytes = 4_096;

    // The body and the values that are parsed from it are both in memory.
    private const int Copies = 2;

    // The web server's minimum data rate alone would let a body of many small chunks hold its memory for a quarter of an hour.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Reads the body. The caller disposes the body as soon as it is parsed. A request without a body gives an empty body.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="memory">Pays for the memory beyond <see cref="FreeBytes"/>. Without it the limit must not be higher.</param>
    /// <param name="limit">The most bytes that the body may have.</param>
    /// <param name="isRequired">Whether a request without a body must have the content type of JSON too.</param>
    /// <exception cref="RequestException">
    /// VALIDATION_ERROR: not JSON (status 415), not UTF-8, or too slow. PAYLOAD_TOO_LARGE. RATE_LIMITED or UNAVAILABLE: the memory
    /// is used up.
    /// </exception>
    public static async ValueTask<PinnedBuffer> ReadAsync(HttpContext context, PlaintextLease? memory, int limit, bool isRequired)
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

        var body = await ReadAllAsync(context, memory, (int)(length ?? limit), limit);
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

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static async ValueTask<PinnedBuffer> ReadAllAsync(HttpContext context, PlaintextLease? memory, int expected, int limit)
    {
        var reader = context.Request.BodyReader;
        using var timeout = StartTimeout(context, reader);
        var body = PinnedBuffer.Rent(Math.Clamp(expected, 1, FreeBytes));
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

                body = Grow(body, memory, filled, (int)part.Length, expected);
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

    // At most doubles the buffer for bytes that have arrived.
    private static PinnedBuffer Grow(PinnedBuffer body, PlaintextLease? memory, int filled, int more, int expected)
    {
        if (filled + more <= body.Length)
        {
            return body;
        }

        var size = Math.Max(filled + more, Math.Min(body.Length * 2, expected));
        memory?.Grow(Copies * (long)(size - body.Length));
        var larger = PinnedBuffer.Rent(size);
        body.Span[..filled].CopyTo(larger.Span);
        body.Dispose();
        return larger;
    }
}
