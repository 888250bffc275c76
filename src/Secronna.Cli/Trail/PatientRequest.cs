using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>
/// Requests of a verifier. A long log takes more of them than a minute may have, so a limit is waited out. A server that finds its
/// own trail damaged says the same as a wrong hash does.
/// </summary>
internal static class PatientRequest
{
    private const int MostWaits = 60;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Sends a request until it is not refused by a limit.</summary>
    /// <param name="what">What is asked for, for messages.</param>
    /// <param name="send">Sends the request.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="TrailMismatchException">The server says that its trail is damaged.</exception>
    public static async Task<T> SendAsync<T>(string what, Func<Task<T>> send, CancellationToken cancellation)
    {
        for (var waits = 0; ; waits++)
        {
            try
            {
                return await send().ConfigureAwait(false);
            }
            catch (SecronnaException exception) when (exception is { Code: ErrorCodes.RateLimited, RetryAfter: { } delay } && IsBearable(waits, delay))
            {
                await Task.Delay(delay, cancellation).ConfigureAwait(false);
            }
            catch (SecronnaException exception) when (exception.Code == ErrorCodes.IntegrityError)
            {
                throw new TrailMismatchException($"the server can't give {what}: {exception.Message}");
            }
        }
    }

    private static bool IsBearable(int waits, TimeSpan delay) => waits < MostWaits && delay >= TimeSpan.Zero && delay <= LongestWait;
}
