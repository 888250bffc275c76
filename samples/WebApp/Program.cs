// Greets with a secret of `secronna-server dev`. Start that, source its dev.env, and run this; then change the secret.
var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddSecronna(o => { o.Environment = "demo/development"; o.ReloadInterval = TimeSpan.FromSeconds(5); });
var app = builder.Build();
app.MapGet("/", (IConfiguration configuration) => configuration["GREETING"]);
app.Run();
