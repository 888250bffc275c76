using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;

namespace Secronna.Server.Http;

/// <summary>
/// The outermost middleware. It gives each request its id. It turns errors into the envelope with the right code; no other code
/// turns errors into HTTP. The caller sees the message of an exception only if the exception was made for callers.
/// </summary>
internal sealed class ErrorHandling(
    RequestDelegate next, RefusalPace pace, TimeProvider time, IServiceProvider services, ILogger<ErrorHandling> log)
{
    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var arrived = Stopwatch.GetTimestamp();
        // All services are singletons, so a request needs no scope of its own.
        context.RequestServices = services;
        context.TraceIdentifier = Ids.New(Ids.Request, time.GetUtcNow());
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        context.Response.Headers.CacheControl = "no-store";
        SecurityHeaders.Add(context.Response.Headers);
        try
        {
            await RunNextAsync(context);
            await AnswerEmptyAsync(context);
        }
        catch (Exception exception) when (exception is ConnectionResetException || context.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected, so there is nobody to answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, exception, arrived);
        }
        catch (Exception exception)
        {
            HttpLog.Broke(log, context.TraceIdentifier, exception.GetType().Name, exception.StackTrace);
            context.Abort();
        }
    }

    // However the request ended, its connection goes on with the next one, which may be any.
    private async Task RunNextAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        finally
        {
            await WriterThread.LeaveAsync();
        }
    }

    // Writes the envelope for answers of other middleware that only set a status and wrote no body.
    private static Task AnswerEmptyAsync(HttpContext context) =>
        context.Response.HasStarted ? Task.CompletedTask : context.Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => WriteAsync(context, HttpErrors.HostNotAllowed()),
            StatusCodes.Status404NotFound => WriteAsync(context, Errors.NotFound("route")),
            StatusCodes.Status405MethodNotAllowed => WriteAsync(context, HttpErrors.MethodNotAllowed()),
            _ => Task.CompletedTask,
        };

    private Task AnswerAsync(HttpContext context, Exception exception, long arrived)
    {
        switch (exception)
        {
            case RequestException
            {
                Code: ErrorCodes.NotFound or ErrorCodes.AuthRequired or ErrorCodes.Forbidden or ErrorCodes.RateLimited,
            } refused:
                return WriteAtPaceAsync(context, refused, arrived);
            case RequestException refused:
                if (refused.Code == ErrorCodes.Unavailable)
                {
                    HttpLog.Unavailable(log, context.TraceIdentifier, refused.Message);
                }

                return WriteAsync(context, refused);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return WriteAsync(context, HttpErrors.BodyTooLarge(Limits.BatchBodyBytes));
            case BadHttpRequestException:
                return WriteAsync(context, Errors.InvalidBody("the request is malformed"));
            case StorageUnavailableException { IsClock: true }:
                HttpLog.Unavailable(log, context.TraceIdentifier, exception.Message);
                return WriteAsync(context, Errors.Unavailable(exception.Message));
            case var _ when FailureReason.IsUnavailability(exception):
                HttpLog.Unavailable(log, context.TraceIdentifier, exception.Message);
                return WriteAsync(context, Errors.Unavailable());
            default:
                HttpLog.Broke(log, context.TraceIdentifier, exception.GetType().Name, exception.StackTrace);
                return WriteAsync(context, new RequestException(
                    ErrorCodes.InternalError, "the server failed unexpectedly; its log says more under this request's id"));
        }
    }

    // These answers must take the same time whether something exists or not (S23). Before each of them a thing was looked up, if
    // only to name it in the audit trail.
    private async Task WriteAtPaceAsync(HttpContext context, RequestException refused, long arrived)
    {
        await pace.WaitAsync(arrived);
        await WriteAsync(context, refused);
    }

    private static Task WriteAsync(HttpContext context, RequestException refused)
    {
        ServerMetrics.Refused(refused.Code);
        if (refused.Code == ErrorCodes.AuthRequired)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (refused.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter =
                Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (refused is HttpException { EndsConnection: true })
        {
            context.Response.Headers.Connection = "close";
        }

        return ResponseEnvelope.WriteErrorAsync(context, Status(refused), refused);
    }

    private static int Status(RequestException refused) => refused is HttpException { Status: var status } ? status : refused.Code switch
    {
        ErrorCodes.AuthRequired => StatusCodes.Status401Unauthorized,
        ErrorCodes.Forbidden => StatusCodes.Status403Forbidden,
        ErrorCodes.NotFound => StatusCodes.Status404NotFound,
        ErrorCodes.ValidationError => StatusCodes.Status400BadRequest,
        ErrorCodes.Conflict => StatusCodes.Status409Conflict,
        ErrorCodes.PayloadTooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorCodes.RateLimited => StatusCodes.Status429TooManyRequests,
        ErrorCodes.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
