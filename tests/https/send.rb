# Sends a call over https with Net::HTTP, as Segment's Ruby SDK does, with its defaults.
# Usage: ruby send.rb HOST PORT
require 'json'
require 'net/http'

host, port = ARGV
http = Net::HTTP.new(host, port.to_i)
http.use_ssl = true
request = Net::HTTP::Post.new('/v1/track', 'Content-Type' => 'application/json')
request.basic_auth('wk_ruby', nil)
event = 'ruby net/http'
request.body = JSON.generate(type: 'track', event: event, userId: 'u', messageId: event)
begin
  puts "net/http #{http.request(request).code}"
rescue OpenSSL::SSL::SSLError
  puts 'net/http failed'
end
